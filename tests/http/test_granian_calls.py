"""What becomes of a request that granian hands over."""

import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NoReturn

import orjson
import pytest

from app.config import Settings
from app.container import build
from app.granian_calls import GranianCalls
from app.perch import Perch
from infrastructure.http.envelope import Headers
from tests.contracts.racing import JOIN_SECONDS
from tests.http.cases import TEXT
from tests.http.client import JSON
from tests.http.wire import Request, wsgi_environ

TIMELINE = Request("GET", "/v1/users/me/timeline", [("X-User-Id", "alice")])
LIVE = Request("GET", "/livez")
STREAM = Request("GET", "/v1/users/me/timeline/stream", [("X-User-Id", "alice")])
PUBLISH = Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], TEXT)
PROMPTLY_SECONDS = 10.0


class Answered:
    """Takes the answer to one request, as granian does."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.thread: threading.Thread | None = None
        self.began = threading.Event()
        self.ended = threading.Event()

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        self.body = body
        self._take(status, headers)

    def response_iter(self, status: int, headers: Headers, body: Iterator[bytes]) -> None:
        self._take(status, headers)
        self.body = b"".join(body)
        self.ended.set()

    def _take(self, status: int, headers: Headers) -> None:
        self.status, self.headers, self.thread = status, dict(headers), threading.current_thread()
        self.began.set()


class BodyThatCalls(BytesIO):
    """Calls a function when it is waited for."""

    def __init__(self, body: bytes, call: Any) -> None:  # noqa: ANN401
        super().__init__(body)
        self._call = call

    def read(self, size: int | None = -1, /) -> bytes:
        self._call()
        return super().read(size)


@pytest.fixture
def perch() -> Perch:
    return build(Settings(secret_key="the key of these tests"), run_worker=False)  # noqa: S106


@pytest.fixture
def calls(perch: Perch) -> Iterator[GranianCalls]:
    calls = GranianCalls(perch, max_in_flight=1, begin=lambda: None)
    calls.start(threads=2)
    yield calls
    calls.stop(JOIN_SECONDS)


def answer(calls: GranianCalls, request: Request) -> Answered:
    return answer_environ(calls, wsgi_environ(request))


def answer_environ(calls: GranianCalls, environ: dict[str, Any]) -> Answered:
    answered = Answered()
    calls(answered, environ)
    assert answered.began.wait(PROMPTLY_SECONDS)
    return answered


def test_a_request_beside_as_many_as_there_may_be_is_refused(perch: Perch, calls: GranianCalls) -> None:
    beside: list[Answered] = []

    @perch.app.before_request
    def ask_beside() -> None:
        if not beside:
            beside.append(Answered())
            beside.extend([answer(calls, TIMELINE), answer(calls, LIVE)])

    assert answer(calls, TIMELINE).status == 200
    _, refused, live = beside
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    problem = orjson.loads(refused.body)
    assert (problem["code"], problem["request_id"]) == ("overloaded", refused.headers["X-Request-Id"])
    assert perch.shed.so_far() == 1
    assert live.status == 200
    assert answer(calls, TIMELINE).status == 200


def test_a_body_beside_as_many_as_may_be_waited_for_is_refused_and_a_read_is_not(calls: GranianCalls) -> None:
    beside: list[Answered] = []
    environ = wsgi_environ(PUBLISH)
    environ["wsgi.input"] = BodyThatCalls(
        PUBLISH.body, lambda: beside.extend([answer(calls, PUBLISH), answer(calls, TIMELINE)])
    )
    answered = answer_environ(calls, environ)
    assert [request.status for request in beside] == [503, 200]
    assert answered.status == 201
    assert answer(calls, PUBLISH).status == 201


def test_a_body_that_is_broken_off_is_not_stored(calls: GranianCalls) -> None:
    environ = wsgi_environ(PUBLISH)
    environ["CONTENT_LENGTH"] = str(len(PUBLISH.body) + 1)
    answered = answer_environ(calls, environ)
    assert answered.status == 400
    assert orjson.loads(answer(calls, Request("GET", "/v1/users/alice")).body)["tweets_count"] == 0


def test_no_more_of_a_body_is_taken_than_what_shows_that_it_is_too_large(calls: GranianCalls) -> None:
    environ = wsgi_environ(Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], b" " * 100_000, chunked=True))
    endless = environ["wsgi.input"]
    answered = answer_environ(calls, environ)
    assert answered.status == 413
    assert endless.tell() < 17 * 1024


def test_a_stream_leaves_its_thread_and_its_place_to_others(perch: Perch, calls: GranianCalls) -> None:
    stream = answer(calls, STREAM)
    assert answer(calls, TIMELINE).status == 200
    assert perch.subscriptions.counts().open == 1
    perch.drain()
    assert stream.ended.wait(PROMPTLY_SECONDS)
    assert stream.thread is not threading.current_thread()
    assert b"retry: " in stream.body
    assert perch.subscriptions.counts().open == 0


@pytest.mark.parametrize("fault", [RuntimeError, SystemExit])
def test_a_fault_is_answered_and_leaves_place_and_thread(
    perch: Perch, calls: GranianCalls, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def broken(*_: object) -> NoReturn:
        raise fault

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(perch.app, "wsgi_app", broken)
        assert [answer(calls, TIMELINE).status for _ in range(3)] == [500] * 3
    assert answer(calls, TIMELINE).status == 200


def test_each_thread_begins_once(perch: Perch) -> None:
    began: list[threading.Thread] = []
    calls = GranianCalls(perch, max_in_flight=1, begin=lambda: began.append(threading.current_thread()))
    other = threading.Thread(target=lambda: answer(calls, LIVE))
    answer(calls, LIVE)
    answer(calls, LIVE)
    other.start()
    other.join()
    assert began == [threading.current_thread(), other]
