"""What every answer carries: its request id, and whether it may be kept by caches."""

import random
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IDENTITY_HEADER = "X-User-Id"
REQUEST_ID = "perch.request_id"
"""Where the WSGI environment holds the request id."""

PRIVATE = "perch.private"
"""Set in the WSGI environment by routes whose answers depend on the caller."""

NO_PATH = "/ "
"""A path that no route has."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PRIVATE_HEADERS = [("Cache-Control", "private, no-store"), ("Vary", IDENTITY_HEADER)]


def with_envelope(app: "WSGIApplication") -> "WSGIApplication":
    """Wraps a WSGI application, because Flask's own hooks cost several microseconds a request."""

    def enveloped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else f"{random.getrandbits(128):032x}"
        environ[REQUEST_ID] = request_id
        if str(environ.get("REQUEST_URI") or environ["PATH_INFO"]).startswith("//"):
            # Servers and Werkzeug drop the slashes, so that a rule for /metrics in front would not hold for //metrics.
            environ["PATH_INFO"] = NO_PATH

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:  # noqa: ANN401
            headers.append(("X-Request-Id", request_id))
            if PRIVATE in environ:
                headers += _PRIVATE_HEADERS
            return start_response(status, headers, *error)

        return app(environ, start)

    return enveloped
