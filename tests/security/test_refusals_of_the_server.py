"""Requests that the server refuses itself get the headers of all other answers, and no second answer."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.built import served_behind
from tests.http.problems import assert_problem
from tests.http.test_cors import preflight
from tests.http.wire import TIMEOUT_SECONDS, Answer, OverSocket, Request, encode, read_answer, read_until_closed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ORIGIN = "https://app.example"
TIMELINE = "/v1/users/me/timeline"
BODY_BYTES = 2 * 1024 * 1024
PUBLISH = b"POST /v1/tweets HTTP/1.1\r\nOrigin: https://app.example\r\nConnection: close\r\n"
LARGE = {
    "by its length": PUBLISH + b"Content-Length: %d\r\n\r\n" % BODY_BYTES + bytes(BODY_BYTES),
    "in chunks": PUBLISH
    + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % BODY_BYTES
    + bytes(BODY_BYTES)
    + b"\r\n0\r\n\r\n",
}

GATE_SECONDS = 300.0
"""Longer than all tests of this file together, which share one request in flight."""


class Gate:
    """Middleware that answers no read of a timeline before it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, app: "WSGIApplication") -> "WSGIApplication":
        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("GET", TIMELINE):
                self.entered.set()
                assert self.opened.wait(GATE_SECONDS)
            return app(environ, start_response)

        return answer


@contextmanager
def overloaded(**settings: str) -> Iterator[OverSocket]:
    """A service that has as many requests in flight as it may."""
    gate = Gate()
    with served_behind(gate, {"MAX_IN_FLIGHT": "1", **settings}) as url:
        first, others = OverSocket(url, GATE_SECONDS), OverSocket(url)
        thread = threading.Thread(target=first.send, args=(Request("GET", TIMELINE),))
        thread.start()
        try:
            assert gate.entered.wait(TIMEOUT_SECONDS)
            yield others
        finally:
            gate.opened.set()
            thread.join()
            first.close()
            others.close()


@pytest.fixture(scope="module")
def service() -> Iterator[OverSocket]:
    with overloaded(CORS_ORIGINS=ORIGIN) as others:
        yield others


def sent(transport: OverSocket, data: bytes) -> Answer:
    with connected(transport) as connection:
        connection.sendall(data)
        return read_answer(connection, "POST")


def connected(transport: OverSocket) -> socket.socket:
    return socket.create_connection(transport._address, TIMEOUT_SECONDS)


def cross_origin(answer: Answer) -> tuple[str | None, str | None, str | None]:
    named = ("Access-Control-Allow-Origin", "Vary", "X-Content-Type-Options")
    allowed, vary, options = (answer.headers.get(name) for name in named)
    assert ("Access-Control-Expose-Headers" in answer.headers) == (allowed is not None)
    return allowed, vary, options


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("origins", "allowed"),
    [([], None), ([ORIGIN], ORIGIN), (["https://evil.example"], None), ([ORIGIN, "https://evil.example"], None)],
    ids=["no origin", "an allowed origin", "another origin", "two origins"],
)
def test_an_allowed_origin_may_read_that_the_service_is_overloaded(
    service: OverSocket, method: str, origins: list[str], allowed: str | None
) -> None:
    headers = [("X-Request-Id", "mine"), *(("Origin", origin) for origin in origins)]
    answer = service.send(Request(method, TIMELINE, headers))
    assert_problem(answer, 503, "overloaded")
    assert cross_origin(answer) == (allowed, "Origin", "nosniff")
    assert (answer.headers["X-Request-Id"], answer.headers["Retry-After"]) == ("mine", "1")


def test_a_preflight_is_answered_so_that_the_page_can_read_the_refusal_that_follows(service: OverSocket) -> None:
    answer = preflight(service, TIMELINE, "GET", ORIGIN, "X-User-Id")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)


def test_without_origins_only_the_media_type_is_protected() -> None:
    with overloaded() as service:
        for headers in ([], [("Origin", ORIGIN)]):
            assert cross_origin(service.send(Request("GET", TIMELINE, headers))) == (None, None, "nosniff")


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
def test_an_allowed_origin_may_read_that_its_body_is_too_large(service: OverSocket, large: bytes) -> None:
    answer = sent(service, large)
    assert_problem(answer, 413, "body-too-large")
    assert cross_origin(answer) == (ORIGIN, "Origin", "nosniff")


def test_an_allowed_origin_may_read_that_its_request_is_malformed(service: OverSocket) -> None:
    answer = sent(service, PUBLISH + b"Transfer-Encoding: gzip\r\n\r\n")
    assert answer.status == 501
    assert cross_origin(answer) == (ORIGIN, "Origin", "nosniff")


def test_a_body_that_is_too_large_never_becomes_the_next_request(service: OverSocket) -> None:
    """Neither while the service is overloaded: an answer that keeps the connection open would let it."""
    hidden = encode(Request("GET", "/livez"))
    with connected(service) as connection, suppress(ConnectionError):
        connection.sendall(b"POST /v1/tweets HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES)
        answer = read_answer(connection, "POST")
        assert (answer.status, answer.headers["Connection"]) == (413, "close")
        connection.sendall(hidden)
        assert read_until_closed(connection) == b""


def test_a_refused_head_has_no_body(service: OverSocket) -> None:
    last = encode(Request("GET", "/livez", [("Connection", "close")]))
    with connected(service) as connection:
        connection.sendall(encode(Request("HEAD", TIMELINE)) + last)
        refused, _, rest = read_until_closed(connection).partition(b"\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert rest.startswith(b"HTTP/1.1 200 ")
