"""Bad bearer tokens, admin tokens, write rates and origins over a real connection."""

import json
from collections.abc import Callable, Iterator

import pytest

from cluster.perch_process import running_perch
from tests.http.cases import TEXT
from tests.http.client import JSON
from tests.http.problems import Where, assert_problem
from tests.http.test_admin import ADMIN, REDRIVE, RIGHT
from tests.http.test_admin import REFUSED as REFUSED_REDRIVES
from tests.http.test_tokens import MINE, NO_TOKEN, assert_refused
from tests.http.test_tokens import REFUSED as REFUSED_TOKENS
from tests.http.tokens import HS256, bearer
from tests.http.wire import HeaderList, OverSocket, Request

ALICE = ("X-User-Id", "alice")
ORIGIN = "https://app.example"
TOO_LONG_FOR_A_HEADER = {"a header that nests too deep"}
"""The server cuts off a header of over 64 KiB itself."""

TokenMaker = Callable[[], str]


@pytest.fixture(scope="module")
def token_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    with running_perch(tmp_path_factory.mktemp("tokens"), **HS256) as perch:
        transport = OverSocket(perch.url)
        yield transport
        transport.close()


@pytest.fixture(scope="module")
def strict_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """A service with an admin token, a write limit and an allowed origin."""
    settings = {"ADMIN_TOKEN": RIGHT, "RATE_LIMIT_WRITES": "1/day", "CORS_ORIGINS": ORIGIN}
    with running_perch(tmp_path_factory.mktemp("strict"), **settings) as perch:
        transport = OverSocket(perch.url)
        yield transport
        transport.close()


@pytest.mark.parametrize("name", sorted(REFUSED_TOKENS.keys() - TOO_LONG_FOR_A_HEADER))
def test_a_bad_token_is_refused(token_service: OverSocket, name: str) -> None:
    assert_refused(token_service.send(Request("GET", MINE, [bearer(REFUSED_TOKENS[name]())])))


@pytest.mark.parametrize("headers", NO_TOKEN.values(), ids=NO_TOKEN)
def test_a_request_without_a_token_is_refused(token_service: OverSocket, headers: HeaderList) -> None:
    assert_refused(token_service.send(Request("GET", MINE, headers)))


@pytest.mark.parametrize(("document", "pointer"), REFUSED_REDRIVES, ids=str)
def test_a_bad_redrive_is_refused(strict_service: OverSocket, document: object, pointer: str) -> None:
    answer = strict_service.send(Request("POST", REDRIVE, [ADMIN, JSON], json.dumps(document).encode()))
    assert_problem(answer, 422, "invalid-input", {"pointer": pointer})


@pytest.mark.parametrize(
    ("headers", "status", "code", "where"),
    [
        ([], 401, "unauthenticated", {"header": "X-Admin-Token"}),
        ([("X-Admin-Token", "wrong")], 403, "forbidden", None),
        ([ADMIN, ADMIN], 403, "forbidden", None),
        ([("X_Admin_Token", ADMIN[1])], 401, "unauthenticated", {"header": "X-Admin-Token"}),
        ([ALICE], 401, "unauthenticated", {"header": "X-Admin-Token"}),
    ],
    ids=["none", "wrong", "doubled", "with underscores", "a user"],
)
def test_a_bad_admin_token_is_refused(
    strict_service: OverSocket, headers: HeaderList, status: int, code: str, where: Where | None
) -> None:
    assert_problem(strict_service.send(Request("POST", REDRIVE, [*headers, JSON], b"{}")), status, code, where)


def test_a_write_over_the_limit_is_refused(strict_service: OverSocket) -> None:
    answers = [strict_service.send(Request("POST", "/v1/tweets", [ALICE, JSON], TEXT)) for _ in range(3)]
    assert answers[0].status == 201
    for answer in answers[1:]:
        assert_problem(answer, 429, "rate-limited")
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("origin", [ORIGIN, "https://another.example", "null", "é".encode().decode("latin-1"), ""])
def test_a_preflight_of_any_origin_is_answered(strict_service: OverSocket, origin: str) -> None:
    asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
    answer = strict_service.send(Request("OPTIONS", "/v1/tweets", asked))
    assert answer.status == 204
    assert (answer.headers.get("Access-Control-Allow-Origin") == ORIGIN) == (origin == ORIGIN)
