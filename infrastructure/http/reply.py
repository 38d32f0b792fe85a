"""Answers as plain WSGI, without the overhead of Werkzeug's responses."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from werkzeug.http import HTTP_STATUS_CODES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATUS_LINES = {status: f"{status} {phrase.upper()}" for status, phrase in HTTP_STATUS_CODES.items()}


class Reply:
    """An answer, which is a WSGI application. Its headers must be ASCII written by Perch.

    A body with a `close` method is closed by the server, or here if the request is a HEAD.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Sequence[tuple[str, str]], body: Iterable[bytes] = ()) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(STATUS_LINES[self.status], [*self.headers])
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.body
        if hasattr(self.body, "close"):
            self.body.close()
        return ()


def whole(status: int, content_type: str, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Returns a reply with this body and its Content-Length."""
    return Reply(status, [("Content-Type", content_type), *headers, ("Content-Length", str(len(body)))], [body])
