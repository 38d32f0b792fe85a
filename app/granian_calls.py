"""What granian calls for each request: it makes WSGI of that, and refuses what is too much."""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from io import BytesIO
from types import MappingProxyType
from typing import Any, Protocol

from app.channel import ALWAYS_ANSWERED
from app.perch import Perch
from infrastructure.http.envelope import WHEN_GONE, Headers, request_id_of
from infrastructure.http.problems import CONTENT_TYPE, MAX_BODY_BYTES, overloaded

_SAME_FOR_ALL = MappingProxyType(
    {
        "SCRIPT_NAME": "",
        "wsgi.errors": sys.stderr,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }
)


class Answering(Protocol):
    """One request at granian, which takes one answer to it, from any thread."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...

    def response_iter(self, status: int, headers: Headers, body: Iterator[bytes]) -> None:
        """Returns when the body has ended or its client is found to be gone."""
        ...


class Body(Iterable[bytes], Protocol):
    """What Flask returns."""

    def close(self) -> None: ...


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
    """Answers by the application; `begin` is called first in each thread that granian starts for this."""

    def __init__(self, perch: Perch, max_in_flight: int, begin: Callable[[], None]) -> None:
        self._perch = perch
        self._max_in_flight = max_in_flight
        self._begin = begin
        self._in_flight = Places(max_in_flight)
        self._bodies = Places(max_in_flight)
        self._thread = threading.local()

    def __call__(self, request: Answering, environ: dict[str, Any]) -> None:
        if not hasattr(self._thread, "has_begun"):
            self._begin()
            self._thread.has_begun = True
        environ |= _SAME_FOR_ALL
        if environ["PATH_INFO"] in ALWAYS_ANSWERED:
            self._answer(request, environ)
        elif self._body_has_come(environ) and self._in_flight.take():
            try:
                self._answer(request, environ)
            finally:
                self._in_flight.give_back()
        else:
            self._refuse(request, environ)

    def _body_has_come(self, environ: dict[str, Any]) -> bool:
        """Waits for the body; False where so many wait for theirs that one more would take the others' threads."""
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        if environ.get("CONTENT_LENGTH", "0") == "0" and not is_chunked:
            return True
        if not self._bodies.take():
            return False
        try:
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(MAX_BODY_BYTES + 1))
        finally:
            self._bodies.give_back()
        # Of another body it is known how long it must be, and one that its client broke off is none.
        environ["wsgi.input_terminated"] = is_chunked
        return True

    def _answer(self, request: Answering, environ: dict[str, Any]) -> None:
        status, headers = "", Headers()
        goes_on: list[Callable[[], object]] = []
        environ[WHEN_GONE] = goes_on.append

        def start(new_status: str, new_headers: Headers, *_error: object) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = new_status, new_headers
            return _write

        body: Body = self._perch.app(environ, start)  # type: ignore[assignment]
        if goes_on:
            _answer_in_a_thread_of_its_own(request, int(status[:3]), headers, body)
        else:
            with closing(body):
                request.response_bytes(int(status[:3]), headers, b"".join(body))

    def _refuse(self, request: Answering, environ: dict[str, Any]) -> None:
        self._perch.shed.count()
        problem = overloaded(self._max_in_flight)
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        headers = [("Content-Type", CONTENT_TYPE), ("X-Request-Id", request_id), *(problem.headers or {}).items()]
        request.response_bytes(503, headers, problem.document(request_id))


def _answer_in_a_thread_of_its_own(request: Answering, status: int, headers: Headers, body: Body) -> None:
    """Leaves granian's threads to those whose answers end soon."""
    thread = threading.Thread(target=request.response_iter, args=(status, headers, _parts(body)), daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system allows no more threads
        body.close()
        raise


def _parts(body: Body) -> Iterator[bytes]:
    with closing(body):
        yield from body


def _write(_: bytes) -> object:
    raise NotImplementedError("Flask gives its bodies as iterables.")
