"""The middleware that limits requests in flight on servers that have no such limit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from infrastructure.http.cors import Cors
from infrastructure.http.problems import overloaded
from infrastructure.server.in_flight_limit import InFlightLimit, answering_problem
from tests.http.problems import assert_problem
from tests.http.wire import Answer, InProcess, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORIGIN = "https://app.example"
ONE = Request("GET", "/one")
FAILS = Request("GET", "/fails")


class Nested:
    """An application behind a limit of one that sends a request while it answers another."""

    def __init__(self, inner: Request) -> None:
        self.inner = inner
        self.limit = InProcess(InFlightLimit(self, 1, answering_problem(lambda: overloaded(1), Cors([ORIGIN]))))
        self.answers: list[Answer] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == FAILS.target:
            raise LookupError
        if environ["PATH_INFO"] == ONE.target and not self.answers:
            self.answers.append(self.limit.send(self.inner))
        start_response("200 OK", [])
        return [b"answer"]


def test_a_request_over_the_limit_is_refused_until_a_slot_is_free() -> None:
    nested = Nested(Request("GET", "/two", [("X-Request-Id", "mine")]))
    assert nested.limit.send(ONE).status == 200
    [refused] = nested.answers
    assert_problem(refused, 503, "overloaded")
    assert (refused.headers["Retry-After"], refused.headers["X-Request-Id"]) == ("1", "mine")
    assert nested.limit.send(ONE).status == 200


def test_a_refused_head_has_a_content_length_and_no_body() -> None:
    nested = Nested(Request("HEAD", "/two"))
    nested.limit.send(ONE)
    [refused] = nested.answers
    assert (refused.status, refused.body) == (503, b"")
    assert int(refused.headers["Content-Length"]) > 0


def test_an_allowed_origin_may_read_a_refusal() -> None:
    nested = Nested(Request("GET", "/two", [("Origin", ORIGIN)]))
    nested.limit.send(ONE)
    [refused] = nested.answers
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/livez"), ("GET", "/readyz"), ("GET", "/metrics"), ("OPTIONS", "/two")]
)
def test_monitors_and_preflights_are_always_answered(method: str, path: str) -> None:
    nested = Nested(Request(method, path))
    nested.limit.send(ONE)
    assert [answer.status for answer in nested.answers] == [200]


def test_an_exception_frees_the_slot() -> None:
    nested = Nested(ONE)
    with pytest.raises(LookupError):
        nested.limit.send(FAILS)
    assert nested.limit.send(Request("GET", "/two")).status == 200
