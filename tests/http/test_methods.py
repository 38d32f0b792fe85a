"""The methods of each path."""

import pytest

from tests.http.cases import AS_CALLER, ROUTES, Route
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import Answer, Request, Transport

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "M-SEARCH", "GETT"]
ALLOWED = {
    "/v1/tweets": {"GET", "HEAD", "POST"},
    "/v1/tweets/1": {"GET", "HEAD", "DELETE"},
    "/v1/users/bob": {"GET", "HEAD"},
    "/v1/users/bob/tweets": {"GET", "HEAD"},
    "/v1/users/bob/followers": {"GET", "HEAD"},
    "/v1/users/bob/following": {"GET", "HEAD"},
    "/v1/users/me/following/bob": {"PUT", "DELETE"},
    "/v1/users/me/relationships": {"GET", "HEAD"},
    "/v1/users/me/timeline": {"GET", "HEAD"},
    "/livez": {"GET", "HEAD"},
    "/readyz": {"GET", "HEAD"},
    "/metrics": {"GET", "HEAD"},
}
REFUSED = [(path, method) for path, allowed in ALLOWED.items() for method in METHODS if method not in allowed]
READ_ROUTES = [route for route in ROUTES if route.method == "GET"]


def allow(answer: Answer) -> set[str]:
    return set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(("path", "method"), REFUSED)
def test_other_methods_are_refused_with_the_allowed_ones(transport: Transport, path: str, method: str) -> None:
    answer = transport.send(Request(method, path, AS_CALLER))
    assert_problem(answer, 405, "method-not-allowed")
    assert allow(answer) == ALLOWED[path]


@pytest.mark.parametrize("path", [path for path, allowed in ALLOWED.items() if "HEAD" not in allowed])
def test_a_path_without_get_refuses_head(transport: Transport, path: str) -> None:
    answer = transport.send(Request("HEAD", path, AS_CALLER))
    assert (answer.status, answer.body) == (405, b"")
    assert allow(answer) == ALLOWED[path]


@pytest.mark.parametrize("query", ["", "?x=1"], ids=["as it is", "with an unknown parameter"])
@pytest.mark.parametrize("route", READ_ROUTES, ids=str)
def test_a_head_is_a_get_without_its_body(transport: Transport, route: Route, query: str) -> None:
    fixed = [*AS_CALLER, ("X-Request-Id", "same")]
    get = transport.send(Request("GET", route.target + query, fixed))
    head = transport.send(Request("HEAD", route.target + query, fixed))
    assert head.body == b""
    assert head.status == get.status
    assert fields(head) == fields(get)


def test_a_head_has_the_link_to_the_next_page(transport: Transport) -> None:
    author = Client(transport, "alice")
    for _ in range(2):
        author.publish()
    target = "/v1/users/alice/tweets?limit=1"
    assert author.send("HEAD", target).headers["Link"] == author.get(target).headers["Link"]


def fields(answer: Answer) -> dict[str, str]:
    """All headers but the time of the answer."""
    return {name: value for name, value in answer.headers.items() if name != "Date"}
