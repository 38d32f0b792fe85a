"""An answer whose JSON is there as a whole, which nearly all are."""

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTENT_TYPE = ("Content-Type", "application/json")


class WholeResponse(Response):
    """A response like Flask's, made and sent without what Werkzeug looks for in those of others.

    The headers are ASCII that Perch wrote itself.
    """

    # What Werkzeug's constructor, which takes longer than to render a page, would set.
    _status = "200 OK"
    _status_code = 200
    direct_passthrough = False

    def __init__(self, body: bytes, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> None:
        self.response: list[bytes] = [body]
        self._headers = [CONTENT_TYPE, *headers, ("Content-Length", str(len(body)))]
        self._on_close = []
        if status != self._status_code:
            self.status_code = status

    @functools.cached_property
    def headers(self) -> Headers:  # type: ignore[override]
        """For those who change them; from then on Werkzeug sends the response."""
        return Headers(self._headers)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        touched = "headers" in self.__dict__ or self._on_close
        if touched or self._status_code in (204, 304) or environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self._status, self._headers.copy())
        return self.response
