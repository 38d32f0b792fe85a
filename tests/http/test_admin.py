"""Access to the dead letter routes, and the checks of their input."""

import json

import pytest

from tests.built import in_process
from tests.http.client import JSON, Client
from tests.http.problems import Where, assert_problem
from tests.http.wire import Answer, HeaderList, InProcess, Request

RIGHT = "pass wörd"
ADMIN = ("X-Admin-Token", RIGHT.encode().decode("latin-1"))
WRONG = ("X-Admin-Token", RIGHT[:-1])
LETTERS = "/v1/admin/dead-letters"
REDRIVE = f"{LETTERS}/redrive"
REQUESTS = [("GET", LETTERS, b""), ("POST", REDRIVE, b'{"all":true}')]
LONG = ["1"] * 501

ACCEPTED: list[dict[str, object]] = [{"all": True}, {"ids": ["1"]}, {"ids": ["1", "1"]}, {"ids": ["1"] * 500}]
REFUSED: list[tuple[object, str]] = [
    ({}, "/ids"),
    ({"ids": ["1"], "all": True}, "/ids"),
    ({"all": False}, "/all"),
    ({"all": 1}, "/all"),
    ({"all": "true"}, "/all"),
    ({"all": None}, "/all"),
    ({"ids": None}, "/ids"),
    ({"ids": []}, "/ids"),
    ({"ids": "1"}, "/ids"),
    ({"ids": {"1": "1"}}, "/ids"),
    ({"ids": [1]}, "/ids"),
    ({"ids": [None]}, "/ids"),
    ({"ids": [["1"]]}, "/ids"),
    ({"ids": ["1", "abc"]}, "/ids"),
    ({"ids": ["-1"]}, "/ids"),
    ({"ids": ["01"]}, "/ids"),
    ({"ids": ["9223372036854775808"]}, "/ids"),
    ({"ids": [""]}, "/ids"),
    ({"ids": LONG}, "/ids"),
    ({"all": True, "force": True}, "/force"),
    ([], ""),
    (True, ""),
]


@pytest.fixture
def service() -> InProcess:
    return in_process({"ADMIN_TOKEN": RIGHT})


def redrive(service: InProcess, document: object) -> Answer:
    return service.send(Request("POST", REDRIVE, [ADMIN, JSON], json.dumps(document).encode()))


@pytest.mark.parametrize("headers", [[], [ADMIN], [("X-User-Id", "alice")]], ids=["none", "a token", "a user"])
@pytest.mark.parametrize(("method", "target", "body"), REQUESTS)
def test_without_the_setting_every_request_is_forbidden(
    method: str, target: str, body: bytes, headers: HeaderList
) -> None:
    assert_problem(in_process({}).send(Request(method, target, [*headers, JSON], body)), 403, "forbidden")


@pytest.mark.parametrize(
    "headers", [[], [("X-Admin-Token", "")], [("X-User-Id", "admin")], [("Authorization", "Bearer x")]], ids=str
)
@pytest.mark.parametrize(("method", "target", "body"), REQUESTS)
def test_a_request_without_a_token_is_unauthenticated(
    service: InProcess, method: str, target: str, body: bytes, headers: HeaderList
) -> None:
    answer = service.send(Request(method, target, [*headers, JSON], body))
    assert_problem(answer, 401, "unauthenticated", {"header": "X-Admin-Token"})
    assert answer.headers["WWW-Authenticate"]
    assert answer.headers["Vary"] == "X-Admin-Token"


@pytest.mark.parametrize("headers", [[WRONG], [ADMIN, ADMIN], [("X-Admin-Token", "\xff")]], ids=str)
@pytest.mark.parametrize(("method", "target", "body"), REQUESTS)
def test_a_wrong_token_is_refused_and_not_in_the_log_or_the_answer(
    service: InProcess,
    caplog: pytest.LogCaptureFixture,
    method: str,
    target: str,
    body: bytes,
    headers: HeaderList,
) -> None:
    answer = service.send(Request(method, target, [*headers, JSON], body))
    assert_problem(answer, 403, "forbidden")
    assert headers[0][1] not in caplog.text
    assert headers[0][1].encode() not in answer.body


@pytest.mark.parametrize(("method", "target", "body"), REQUESTS)
def test_the_right_token_is_accepted(service: InProcess, method: str, target: str, body: bytes) -> None:
    answer = service.send(Request(method, target, [ADMIN, JSON], body))
    assert answer.status in {200, 202}
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_without_dead_letters_the_page_is_empty(service: InProcess) -> None:
    assert Client(service).get(LETTERS, ADMIN).json() == {"data": [], "meta": {"next_cursor": None}}


@pytest.mark.parametrize("document", ACCEPTED, ids=lambda document: str(document)[:30])
def test_a_redrive_of_nothing_succeeds(service: InProcess, document: object) -> None:
    answer = redrive(service, document)
    assert (answer.status, answer.json()) == (202, {"redriven": 0})


@pytest.mark.parametrize(("document", "pointer"), REFUSED, ids=lambda value: str(value)[:30])
def test_a_redrive_needs_either_ids_or_all(service: InProcess, document: object, pointer: str) -> None:
    assert_problem(redrive(service, document), 422, "invalid-input", {"pointer": pointer})


ORDER: list[tuple[int, str, Where | None, str, str, HeaderList, bytes]] = [
    (404, "not-found", None, "POST", f"{REDRIVE}/x", [], b"{"),
    (405, "method-not-allowed", None, "PUT", REDRIVE, [], b"{"),
    (401, "unauthenticated", {"header": "X-Admin-Token"}, "POST", REDRIVE, [], b" " * 17_000),
    (403, "forbidden", None, "POST", REDRIVE, [WRONG], b" " * 17_000),
    (413, "body-too-large", None, "POST", REDRIVE, [ADMIN], b" " * 17_000),
    (415, "unsupported-media-type", {"header": "Content-Type"}, "POST", f"{REDRIVE}?x=1", [ADMIN], b"{"),
    (400, "malformed-body", {"pointer": ""}, "POST", f"{REDRIVE}?x=1", [ADMIN, JSON], b"{"),
    (422, "invalid-input", {"parameter": "x"}, "POST", f"{REDRIVE}?x=1", [ADMIN, JSON], b'{"all":true}'),
    (401, "unauthenticated", {"header": "X-Admin-Token"}, "GET", f"{LETTERS}?cursor=forged", [], b""),
    (403, "forbidden", None, "GET", f"{LETTERS}?cursor=forged", [WRONG], b""),
    (400, "malformed-cursor", {"parameter": "cursor"}, "GET", f"{LETTERS}?cursor=forged&limit=0", [ADMIN], b""),
    (422, "invalid-input", {"parameter": "limit"}, "GET", f"{LETTERS}?limit=0", [ADMIN], b""),
]


@pytest.mark.parametrize(("status", "code", "where", "method", "target", "headers", "body"), ORDER)
def test_the_checks_run_in_order(
    service: InProcess,
    status: int,
    code: str,
    where: Where | None,
    method: str,
    target: str,
    headers: HeaderList,
    body: bytes,
) -> None:
    assert_problem(service.send(Request(method, target, headers, body)), status, code, where)
