"""CORS: requests by pages of other origins."""

import pytest

from tests.built import in_process
from tests.http.cases import ROUTES, TEXT, Route
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.tokens import HS256
from tests.http.wire import Answer, InProcess, Request, Transport

ORIGINS = ["https://docs.example", "http://[::1]:3000"]
OTHER_ORIGINS = [
    *("https://evil.example", "http://docs.example", "https://docs.example.evil", "https://docs.example:444"),
    *("https://a.docs.example", "https://docsxexample", "null", ""),
]
ALLOWED = ["X-User-Id", "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID"]
EXPOSED = [
    *("ETag", "Link", "Location", "Retry-After", "X-Request-Id", "Idempotency-Replayed"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
ALLOW = "Access-Control-Allow-"
TIMELINE = "/v1/users/me/timeline"


@pytest.fixture
def service() -> InProcess:
    return in_process({"CORS_ORIGINS": ", ".join(ORIGINS)})


def preflight(transport: Transport, target: str, method: str, origin: str = ORIGINS[0], headers: str = "") -> Answer:
    asked = [("Origin", origin), ("Access-Control-Request-Method", method)]
    if headers:
        asked.append(("Access-Control-Request-Headers", headers))
    return transport.send(Request("OPTIONS", target, asked))


def named(answer: Answer, header: str) -> set[str]:
    """The names that the header lists, in lower case."""
    return set(answer.headers[header].lower().split(", "))


def lower(names: list[str]) -> set[str]:
    return {name.lower() for name in names}


def cors_headers(answer: Answer) -> list[str]:
    return [name for name in answer.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118 - no dict


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_preflight_allows_every_route(service: InProcess, route: Route) -> None:
    answer = preflight(service, route.target, route.method, headers=", ".join(ALLOWED).lower())
    assert 200 <= answer.status < 300
    assert answer.body == b""
    assert answer.headers[f"{ALLOW}Origin"] == ORIGINS[0]
    assert named(answer, f"{ALLOW}Headers") == lower(ALLOWED)
    assert named(answer, f"{ALLOW}Methods") == lower(METHODS)
    assert f"{ALLOW}Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_preflight_needs_no_token(origin: str) -> None:
    service = in_process({"CORS_ORIGINS": origin, **HS256})
    assert preflight(service, TIMELINE, "GET", origin).headers[f"{ALLOW}Origin"] == origin
    answer = Client(service).get(TIMELINE, ("Origin", origin))
    assert answer.status == 401
    assert answer.headers[f"{ALLOW}Origin"] == origin
    assert set(answer.headers.getlist("Vary")) == {"Authorization", "Origin"}


def test_a_preflight_allows_no_other_header(service: InProcess) -> None:
    answer = preflight(service, TIMELINE, "GET", headers="X-User-Id, X-Admin-Token, Cookie")
    assert named(answer, f"{ALLOW}Headers") == lower(ALLOWED)


@pytest.mark.parametrize("origin", OTHER_ORIGINS)
def test_other_origins_get_no_cors_headers(service: InProcess, origin: str) -> None:
    assert not cors_headers(preflight(service, TIMELINE, "GET", origin))
    for target in (TIMELINE, "/v1/users/bob", "/v1/nowhere"):
        assert not cors_headers(Client(service, "alice").get(target, ("Origin", origin)))


def test_a_request_without_an_origin_gets_no_cors_headers(service: InProcess) -> None:
    answer = Client(service, "alice").get(TIMELINE)
    assert not cors_headers(answer)
    assert "Origin" in answer.headers.getlist("Vary"), "a cache must not reuse it for another origin"


ANSWERS = {
    "a tweet": (201, Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], TEXT)),
    "a follow": (204, Request("PUT", "/v1/users/me/following/bob", [("X-User-Id", "alice")])),
    "a timeline": (200, Request("GET", TIMELINE, [("X-User-Id", "alice")])),
    "nobody": (401, Request("GET", TIMELINE)),
    "no administrator": (403, Request("GET", "/v1/admin/dead-letters")),
    "no route": (404, Request("GET", "/v1/nowhere")),
    "no tweet": (404, Request("GET", "/v1/tweets/1")),
    "another method": (405, Request("PATCH", TIMELINE)),
    "no JSON": (415, Request("POST", "/v1/tweets", [("X-User-Id", "alice")], TEXT)),
    "a bad limit": (422, Request("GET", "/v1/users/bob/tweets?limit=0")),
}


@pytest.mark.parametrize(("status", "request_"), ANSWERS.values(), ids=ANSWERS)
def test_an_allowed_origin_may_read_every_answer(service: InProcess, status: int, request_: Request) -> None:
    headers = [*request_.headers, ("Origin", ORIGINS[1])]
    answer = service.send(Request(request_.method, request_.target, headers, request_.body))
    assert answer.status == status
    assert answer.headers[f"{ALLOW}Origin"] == ORIGINS[1]
    assert named(answer, "Access-Control-Expose-Headers") == lower(EXPOSED)
    assert "Origin" in answer.headers.getlist("Vary")


@pytest.mark.parametrize("origin", [ORIGINS[0], "https://evil.example"])
@pytest.mark.parametrize("target", [TIMELINE, "/v1/tweets", "/v1/nowhere", "//livez", "/openapi.json", "/docs/"])
def test_options_are_never_answered_with_html(service: InProcess, target: str, origin: str) -> None:
    answer = preflight(service, target, "GET", origin)
    assert answer.headers.get("Content-Type", "none") in {"none", "application/problem+json"}
    assert answer.headers["X-Request-Id"]


def test_cors_is_off_by_default() -> None:
    service = in_process({})
    refused = preflight(service, TIMELINE, "GET")
    assert_problem(refused, 405, "method-not-allowed")
    assert not cors_headers(refused)
    assert not cors_headers(Client(service).get("/v1/users/bob", ("Origin", ORIGINS[0])))
