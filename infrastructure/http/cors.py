"""CORS: the headers for pages of other origins (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from collections.abc import Iterable

from infrastructure.http.envelope import Environ, Headers

READABLE = (
    "ETag, Idempotency-Replayed, Link, Location, Retry-After, "
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"
)
_VARY = ("Vary", "Origin")
_EXPOSE = ("Access-Control-Expose-Headers", READABLE)
_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-User-Id",
    ),
    ("Access-Control-Max-Age", "600"),
]


class Cors:
    """Lets pages of these origins, and no others, read answers. Origins are compared as browsers send them."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)

    def headers(self, origin: str | None) -> Headers:
        """Returns the headers of every answer to a request with this `Origin` header; none if no origin is allowed."""
        if origin not in self._origins:
            return [_VARY] if self._origins else []
        return [_VARY, ("Access-Control-Allow-Origin", origin), _EXPOSE]

    def headers_for(self, environ: Environ) -> Headers:
        """Returns the headers of the answer to this request, with those of a preflight if it is one."""
        headers = self.headers(environ.get("HTTP_ORIGIN"))
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        return headers + _PREFLIGHT if is_preflight and len(headers) > 1 else headers
