"""Bad tokens, administrators, rates and origins, over a real connection to services that know of them."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.http.cases import TEXT
from tests.http.client import JSON
from tests.http.problems import Where, assert_problem
from tests.http.service import running_service
from tests.http.test_admin import ADMIN, REDRIVE, RIGHT
from tests.http.test_admin import REFUSED as REFUSED_REDRIVES
from tests.http.test_tokens import MINE, NOBODY, assert_nobody
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
    with running_service(tmp_path_factory.mktemp("tokens") / "log", **HS256) as url:
        transport = OverSocket(url)
        yield transport
        transport.close()


@pytest.fixture(scope="module")
def strict_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverSocket]:
    """One with an administrator, a rate and an origin."""
    settings = {"ADMIN_TOKEN": RIGHT, "RATE_LIMIT_WRITES": "1/day", "CORS_ORIGINS": ORIGIN}
    with running_service(tmp_path_factory.mktemp("strict") / "log", **settings) as url:
        transport = OverSocket(url)
        yield transport
        transport.close()


@pytest.mark.parametrize("name", sorted(REFUSED_TOKENS.keys() - TOO_LONG_FOR_A_HEADER))
def test_a_bad_token_is_refused(token_service: OverSocket, name: str) -> None:
    assert_nobody(token_service.send(Request("GET", MINE, [bearer(REFUSED_TOKENS[name]())])))


@pytest.mark.parametrize("headers", NOBODY.values(), ids=NOBODY)
def test_without_a_token_nobody_calls(token_service: OverSocket, headers: HeaderList) -> None:
    assert_nobody(token_service.send(Request("GET", MINE, headers)))


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
def test_who_is_no_administrator_is_refused(
    strict_service: OverSocket, headers: HeaderList, status: int, code: str, where: Where | None
) -> None:
    assert_problem(strict_service.send(Request("POST", REDRIVE, [*headers, JSON], b"{}")), status, code, where)


def test_one_write_too_many_is_refused(strict_service: OverSocket) -> None:
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
