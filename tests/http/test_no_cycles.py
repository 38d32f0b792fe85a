"""No request leaves reference cycles, which the cycle collector may never visit again."""

import gc
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from tests.built import built

TIMELINE = "/v1/users/me/timeline"
JSON = "application/json"

ASKED = 10
ROUTER_OBJECTS = 8
"""The small objects that Werkzeug leaves when it looks up a route; none holds the request."""

REQUESTS = {
    "a page": ("GET", TIMELINE, "", 200),
    "another query": ("GET", f"{TIMELINE}?limit=5", "", 200),
    "a long path": ("GET", f"/v1/users/{'x' * 200}", "", 422),
    "no such path": ("GET", "/nowhere", "", 404),
    "another method": ("PATCH", TIMELINE, "", 405),
    "a bad parameter": ("GET", f"{TIMELINE}?limit=x", "", 422),
    "an unknown parameter": ("GET", f"{TIMELINE}?x=1", "", 422),
    "a bad cursor": ("GET", f"{TIMELINE}?cursor=x", "", 400),
    "a publication": ("POST", "/v1/tweets", '{"text": "hello"}', 201),
    "a blank text": ("POST", "/v1/tweets", '{"text": " "}', 422),
    "an unknown member": ("POST", "/v1/tweets", '{"x": 1}', 422),
    "no JSON": ("POST", "/v1/tweets", "{", 400),
    "a body too large": ("POST", "/v1/tweets", '{"text": "%s"}' % ("x" * 20_000), 413),
    "no such tweet": ("GET", "/v1/tweets/5", "", 404),
    "no administrator": ("GET", "/v1/admin/dead-letters", "", 403),
    "a follow of oneself": ("PUT", "/v1/users/me/following/alice", "", 422),
    "metrics": ("GET", "/metrics", "", 200),
    "readiness": ("GET", "/readyz", "", 503),
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return built().app


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize(("method", "target", "body", "status"), REQUESTS.values(), ids=REQUESTS)
def test_an_answer_leaves_no_cycle(app: Flask, method: str, target: str, body: str, status: int) -> None:
    ask = asking(app, method, target, body)
    assert ask() == status
    # Threads that other tests have left may leave cycles, too, but not each time.
    assert min(left_by(ask) for _ in range(3)) <= ASKED * ROUTER_OBJECTS


def left_by(ask: Callable[[], int]) -> int:
    """Returns how many objects of cycles the requests leave."""
    gc.collect()
    for _ in range(ASKED):
        ask()
    return gc.collect()


def asking(app: Flask, method: str, target: str, body: str) -> Callable[[], int]:
    """Returns a call that sends the request without a test client, which leaves cycles of its own."""
    statuses: list[int] = []

    def start(status: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
        statuses.append(int(status[:3]))
        return lambda _: None

    def ask() -> int:
        with_body = {"data": body, "content_type": JSON} if body else {}
        environ = EnvironBuilder(target, method=method, headers=[("X-User-Id", "alice")], **with_body).get_environ()  # type: ignore[arg-type]
        answer = app(environ, start)
        b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return statuses.pop()

    return ask
