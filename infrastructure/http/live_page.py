"""The live page: static files from the package, compressed once."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, request

from infrastructure.http.problems import Problem

FOLDER = Path(__file__).with_name("live")
PAGE = "index.html"
TEXT_LIMIT = '<meta name="tweet-max-length" content="{}">'
WRITTEN_LIMIT = 280
"""The limit that the file has, and the default of the setting."""

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class _Coded:
    """A file as it is sent, with an ETag of its own for each coding (RFC 9110, section 8.8.3.3)."""

    content: bytes
    etag: str
    coding: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    content_type: str
    plain: _Coded
    zipped: _Coded

    @classmethod
    def of(cls, name: str, content: bytes) -> "_File":
        etag = hashlib.sha256(content).hexdigest()[:32]
        # Without a time, so that all processes send the same bytes.
        zipped = _Coded(gzip.compress(content, mtime=0), f"{etag}-gzip", "gzip")
        return cls(CONTENT_TYPES[Path(name).suffix], _Coded(content, etag), zipped)

    def response(self) -> Response:
        chosen = self.zipped if request.accept_encodings["gzip"] else self.plain
        response = Response(chosen.content, 200, HEADERS, content_type=self.content_type)
        response.set_etag(chosen.etag)
        # `make_conditional` would also handle ranges and If-Match.
        if request.if_none_match.contains_weak(chosen.etag):
            response.status_code = 304
        elif chosen.coding:
            response.headers["Content-Encoding"] = chosen.coding
        return response


def live_page_blueprint(text_max_length: int) -> Blueprint:
    """Returns the routes of `/` and of its files below `/live/`. The files are small, and read once."""
    routes = Blueprint("live_page", __name__)
    contents = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in CONTENT_TYPES}
    contents[PAGE] = _with_limit(contents[PAGE], text_max_length)
    files = {name: _File.of(name, content) for name, content in contents.items()}
    page = files.pop(PAGE)

    @routes.get("/")
    def live_page() -> Response:
        return page.response()

    @routes.get("/live/<name>")
    def live_page_file(name: str) -> Response:
        if name not in files:
            raise Problem("not-found", "The live page has no file of this name.")
        return files[name].response()

    return routes


def _with_limit(page: bytes, text_max_length: int) -> bytes:
    written, wanted = (TEXT_LIMIT.format(limit).encode() for limit in (WRITTEN_LIMIT, text_max_length))
    return page.replace(written, wanted)
