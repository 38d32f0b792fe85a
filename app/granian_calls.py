"""What granian calls for each request: it makes WSGI of that, and refuses what is too much."""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from queue import SimpleQueue
from typing import Any, Protocol

from app.channel import ALWAYS_ANSWERED
from app.perch import Perch
from infrastructure.http.envelope import WHEN_GONE, Headers, Write, request_id_of
from infrastructure.http.problems import CONTENT_TYPE, MAX_BODY_BYTES, PROBLEMS, Problem, overloaded
from infrastructure.log import get_logger

log = get_logger("perch.server")

_SAME_FOR_ALL = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Answering(Protocol):
    """One request at granian, which takes one answer to it, from any thread."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...

    def response_iter(self, status: int, headers: Headers, body: Iterator[bytes]) -> None:
        """Returns when the body has ended or its client is found to be gone."""
        ...


class Places:
    """So many at once."""

    def __init__(self, count: int) -> None:
        # To take from a deque and to put back is one step each, cheaper than a lock.
        self._free = deque([None] * count)

    def take(self) -> bool:
        """Whether there was one left."""
        try:
            self._free.pop()
        except IndexError:
            return False
        return True

    def give_back(self) -> None:
        self._free.append(None)


class GranianCalls:
    """Answers by the application, in threads of its own.

    Granian's threads only let requests in or refuse them. They wait for the interpreter where Python does not see them:
    if they answered too, nobody could say how many requests wait. `begin` is called first in each of them.
    """

    def __init__(self, perch: Perch, max_in_flight: int, begin: Callable[[], None]) -> None:
        self._perch = perch
        self._max_in_flight = max_in_flight
        self._admitted: SimpleQueue[tuple[Answering, dict[str, Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._begin = begin
        self._in_flight = Places(max_in_flight)
        self._bodies = Places(max_in_flight)
        self._thread = threading.local()

    def start(self, threads: int) -> None:
        """Starts so many threads that answer."""
        self._threads = [threading.Thread(target=self._answer_all, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> None:
        """Ends and joins them once all that was let in is answered, within about `timeout` seconds."""
        deadline = time.monotonic() + timeout
        for _ in self._threads:
            self._admitted.put(None)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def __call__(self, request: Answering, environ: dict[str, Any]) -> None:
        if not hasattr(self._thread, "has_begun"):
            self._begin()
            self._thread.has_begun = True
        environ |= _SAME_FOR_ALL
        if environ["PATH_INFO"] in ALWAYS_ANSWERED:
            self._ask(environ)(request)
        elif (problem := self._wait_for_body(environ)) is not None:
            _refuse(request, environ, problem)
        elif not self._in_flight.take():
            _refuse(request, environ, self._overloaded())
        else:
            self._admitted.put((request, environ))

    def _answer_all(self) -> None:
        while (call := self._admitted.get()) is not None:
            request, environ = call
            try:
                self._answer(request, environ)
            except BaseException:  # what granian panics over is no Exception
                log.exception("request_failed")
                with suppress(BaseException):  # the thread is needed for others
                    request.response_bytes(500, [], b"")

    def _answer(self, request: Answering, environ: dict[str, Any]) -> None:
        try:
            answer = self._ask(environ)
        finally:
            # Not later: a client may send its next request as soon as it has the answer.
            self._in_flight.give_back()
        answer(request)

    def _wait_for_body(self, environ: dict[str, Any]) -> Problem | None:
        """Gives the application the body, where there is one, or says why not.

        Only so many may wait, because each keeps a thread for as long as its client likes.
        """
        is_chunked = environ["wsgi.input_terminated"] = "HTTP_TRANSFER_ENCODING" in environ
        length = _length(environ)
        if length == 0 and not is_chunked:
            return None
        if not self._bodies.take():
            return self._overloaded()
        try:
            body = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
        finally:
            self._bodies.give_back()
        if len(body) < min(length, MAX_BODY_BYTES + 1):
            return Problem("malformed-body", "The body ends before its length.")
        environ["wsgi.input"] = BytesIO(body)
        return None

    def _overloaded(self) -> Problem:
        self._perch.shed.count()
        return overloaded(self._max_in_flight)

    def _ask(self, environ: dict[str, Any]) -> Callable[[Answering], None]:
        """Has the application answer; returns what sends that."""
        status, headers = "", Headers()
        goes_on: list[Callable[[], object]] = []
        environ[WHEN_GONE] = goes_on.append

        def start(new_status: str, new_headers: Headers, *_error: object) -> Write:
            nonlocal status, headers
            status, headers = new_status, new_headers
            return _write

        body = self._perch.app(environ, start)
        number = int(status[:3])
        if goes_on:
            return lambda request: _answer_in_a_thread_of_its_own(request, number, headers, body)
        content = _whole(body)
        return lambda request: request.response_bytes(number, headers, content)


def _length(environ: Mapping[str, str]) -> int:
    # Granian lets through nothing but digits, and of a request without a body nothing at all.
    return int(environ.get("CONTENT_LENGTH") or 0)


def _refuse(request: Answering, environ: Mapping[str, str], problem: Problem) -> None:
    request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
    headers = [("Content-Type", CONTENT_TYPE), ("X-Request-Id", request_id), *(problem.headers or {}).items()]
    request.response_bytes(PROBLEMS[problem.code][0], headers, problem.document(request_id))


def _answer_in_a_thread_of_its_own(request: Answering, status: int, headers: Headers, body: Iterable[bytes]) -> None:
    """Leaves the threads that answer to those whose answers end soon."""
    thread = threading.Thread(target=request.response_iter, args=(status, headers, _parts(body)), daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system allows no more threads
        with _closing(body):
            raise


def _whole(body: Iterable[bytes]) -> bytes:
    if isinstance(body, list):  # most are, and there is nothing to close
        return b"".join(body)
    with _closing(body):
        return b"".join(body)


def _parts(body: Iterable[bytes]) -> Iterator[bytes]:
    with _closing(body):
        yield from body


@contextmanager
def _closing(body: Iterable[bytes]) -> Iterator[None]:
    """WSGI leaves it to the application whether a body is to be closed."""
    try:
        yield
    finally:
        if hasattr(body, "close"):
            body.close()


def _write(_: bytes) -> object:
    raise NotImplementedError("Flask gives its bodies as iterables.")
