"""What every answer carries: its request id, and the headers that the route asked for whatever the outcome."""

import random
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infrastructure.log import current_request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

Environ = Mapping[str, Any]
"""A WSGI environment, for those who only look at it."""

Write = Callable[[bytes], object]
"""What `start_response` returns. A name, because what is spelled out in a function's function is made by each call."""

Observe = Callable[["WSGIEnvironment", str, float], None]
"""Is told of every answer when it starts: the WSGI environment, the status line, and the seconds that it took."""

REQUEST_ID = "perch.request_id"
"""Where the WSGI environment holds the request id."""

MORE_HEADERS = "perch.more_headers"
"""Where the WSGI environment holds functions that give more headers, asked when the answer starts."""

ROUTE = "perch.route"
"""Where the WSGI environment holds the path of the route as the OpenAPI document writes it, None where none matched."""

CALLER = "perch.caller"
"""Where the WSGI environment holds the user id of a caller who is known."""

WHEN_GONE = "perch.when_gone"
"""Where the WSGI environment may hold a function that takes another one, to be called when the client goes away."""

_AS_IT_SAYS = ("X-Content-Type-Options", "nosniff")
"""No browser is to find HTML or a script in an answer that does not say it is one."""

NO_PATH = "/ "
"""A path that no route has."""

_SLASHES = re.compile(r"(?:https?://[^/?]*)?(?://|[^?]*%2f)", re.IGNORECASE)
"""Of a target: slashes at its start, or one that is escaped. No route has either."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def request_id_of(sent: str) -> str:
    """The request id that the caller sent, or a new one where that is none."""
    return sent if _REQUEST_ID.fullmatch(sent) else f"{random.getrandbits(128):032x}"


def with_envelope(app: "WSGIApplication", observers: Sequence[Observe] = ()) -> "WSGIApplication":
    """Wraps a WSGI application, because Flask's own hooks cost several microseconds a request."""

    def enveloped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        started = time.perf_counter()
        request_id = environ[REQUEST_ID] = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        if _SLASHES.match(environ.get("REQUEST_URI") or environ["PATH_INFO"]):
            # Servers and Werkzeug drop the slashes and undo the escapes, so that rules in front, for /metrics and
            # /v1/admin/, would not hold for //metrics and /v1%2Fadmin/.
            environ["PATH_INFO"] = NO_PATH
        more: list[Callable[[], Headers]] = []
        environ[MORE_HEADERS] = more

        def start(status: str, headers: Headers, *error: Any) -> Write:  # noqa: ANN401
            headers.append(("X-Request-Id", request_id))
            headers.append(_AS_IT_SAYS)
            for give in more:
                headers += give()
            for observe in observers:
                observe(environ, status, time.perf_counter() - started)
            return start_response(status, headers, *error)

        token = current_request_id.set(request_id)
        try:
            return app(environ, start)
        finally:
            current_request_id.reset(token)

    return enveloped
