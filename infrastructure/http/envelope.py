"""The headers of every answer: its request id, and those that the route sets on success and on errors."""

import random
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPMethod
from typing import TYPE_CHECKING, Any

from infrastructure.log import current_request_id, current_trace_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

Environ = Mapping[str, Any]
"""A WSGI environment, for code that only reads it."""

Write = Callable[[bytes], object]
"""The type that `start_response` returns, named because an annotation in an inner function costs time on each call."""

Observe = Callable[["WSGIEnvironment", str, float], None]
"""Called when an answer starts, with the WSGI environment, the status line, and the duration in seconds."""

REQUEST_ID = "perch.request_id"
"""WSGI environment key of the request id."""

MORE_HEADERS = "perch.more_headers"
"""WSGI environment key of a list of more headers that the answer is to have."""

METHODS = frozenset(map(str, HTTPMethod))
OTHER_METHOD = "other"
"""What metrics and logs call any other method, so that clients cannot create names."""

ROUTE = "perch.route"
"""WSGI environment key of the route's path as in the OpenAPI document; not set if no route matched."""

CALLER = "perch.caller"
"""WSGI environment key of the caller's user id; not set if the caller is unknown."""

WHEN_GONE = "perch.when_gone"
"""WSGI environment key, set by some servers, of a function that registers a callback for when the client is gone."""

ARRIVED_AT = "perch.arrived_at"
"""WSGI environment key, set by some servers, of the monotonic time at which the whole request was there."""

NOSNIFF = ("X-Content-Type-Options", "nosniff")
"""Keeps browsers from guessing that an answer of another media type is HTML or a script."""

_NO_CACHE = ("Cache-Control", "no-cache")
"""Keeps caches from serving an old answer by a guess at its lifetime (RFC 9111, section 4.2.2)."""

NO_PATH = "/ "
"""A path that no route has."""

_SLASHES = re.compile(r"(?:https?://[^/?]*)?(?://|[^?]*%2f)", re.IGNORECASE)
"""Matches a request target that starts with several slashes or contains an escaped slash. No route has either."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
"""Matches the trace context of W3C, https://www.w3.org/TR/trace-context/#traceparent-header."""


def request_id_of(sent: str) -> str:
    """Returns the request id that the caller sent, or a new one if `sent` is not a valid one."""
    return sent if _REQUEST_ID.fullmatch(sent) else f"{random.getrandbits(128):032x}"


def trace_id_of(traceparent: str) -> str:
    """Returns the trace id in the W3C header that the caller sent; empty if it has none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else ""


def with_envelope(
    app: "WSGIApplication", observers: Sequence[Observe] = (), cors: Callable[[Environ], Headers] | None = None
) -> "WSGIApplication":
    """Wraps a WSGI application; Flask's own hooks would cost several microseconds per request.

    `cors` returns the headers that pages of other origins need.
    """

    def enveloped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        started = time.perf_counter()
        request_id = environ[REQUEST_ID] = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        if _SLASHES.match(environ.get("REQUEST_URI") or environ["PATH_INFO"]):
            # Servers and Werkzeug drop such slashes and decode escapes, so //metrics and /v1%2Fadmin/ would bypass a
            # gateway's rules for /metrics and /v1/admin/.
            environ["PATH_INFO"] = NO_PATH
        more: Headers = []
        environ[MORE_HEADERS] = more

        def start(status: str, headers: Headers, *error: Any) -> Write:  # noqa: ANN401
            headers.append(("X-Request-Id", request_id))
            headers.append(NOSNIFF)
            if cors is not None:
                headers += cors(environ)
            headers += more
            if not _has_cache_control(headers):
                headers.append(_NO_CACHE)
            for observe in observers:
                observe(environ, status, time.perf_counter() - started)
            return start_response(status, headers, *error)

        token = current_request_id.set(request_id)
        trace = current_trace_id.set(trace_id_of(environ.get("HTTP_TRACEPARENT", "")))
        try:
            return app(environ, start)
        finally:
            current_request_id.reset(token)
            current_trace_id.reset(trace)

    return enveloped


def _has_cache_control(headers: Headers) -> bool:
    for name, _ in headers:  # noqa: SIM110 - the generator of any() costs most of a microsecond
        if name == "Cache-Control":
            return True
    return False
