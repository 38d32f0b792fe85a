"""The limit on requests in flight, for servers that do not have one."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from infrastructure.http.envelope import request_id_of
from infrastructure.http.problems import CONTENT_TYPE, Problem
from infrastructure.server.served import ALWAYS_ANSWERED

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
        if environ["PATH_INFO"] in ALWAYS_ANSWERED:
            return self._app(environ, start_response)
        try:
            self._places.pop()
        except IndexError:
            return self._refuse(environ, start_response)
        try:
            return self._app(environ, start_response)
        finally:
            self._places.append(None)


def answering_problem(make: Callable[[], Problem]) -> "WSGIApplication":
    """Returns a WSGI application that answers every request with 503 and the problem that `make` returns."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        problem = make()
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        body = problem.document(request_id)
        headers = [
            ("Content-Type", CONTENT_TYPE),
            ("Content-Length", str(len(body))),
            ("X-Request-Id", request_id),
            *(problem.headers or {}).items(),
        ]
        start_response("503 Service Unavailable", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return answer
