"""The limit on requests in flight, for servers that do not have one."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from infrastructure.http.cors import Cors
from infrastructure.http.envelope import REQUEST_ID, with_envelope
from infrastructure.http.problems import Problem
from infrastructure.server.served import is_always_answered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class InFlightLimit:
    """WSGI middleware that lets the application answer at most `limit` requests at once, and `refuse` the others.

    A request is in flight until the application returns its answer. The body of a stream is sent after that.
    """

    def __init__(self, app: "WSGIApplication", limit: int, refuse: "WSGIApplication") -> None:
        self._app = app
        self._refuse = refuse
        # A deque's `pop` and `append` are atomic, and cheaper than a semaphore.
        self._places = deque([None] * limit)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if is_always_answered(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            return self._app(environ, start_response)
        try:
            self._places.pop()
        except IndexError:
            return self._refuse(environ, start_response)
        try:
            return self._app(environ, start_response)
        finally:
            self._places.append(None)


def answering_problem(make: Callable[[], Problem], cors: Cors) -> "WSGIApplication":
    """Returns a WSGI application that answers every request with the problem that `make` returns."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return make().response(environ[REQUEST_ID])(environ, start_response)

    return with_envelope(answer, cors=cors.headers_for)
