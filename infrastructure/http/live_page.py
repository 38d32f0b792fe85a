"""The live page: static files from the package."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, request

from infrastructure.http.problems import Problem

FOLDER = Path(__file__).with_name("live")
PAGE = "index.html"
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
}


def live_page_blueprint() -> Blueprint:
    """Returns the routes of `/` and of its files below `/live/`. The files are small, and read once."""
    routes = Blueprint("live_page", __name__)
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in CONTENT_TYPES}
    etags = {name: hashlib.sha256(content).hexdigest()[:32] for name, content in files.items()}
    page = files.pop(PAGE)

    @routes.get("/")
    def live_page() -> Response:
        return _file(PAGE, page, etags)

    @routes.get("/live/<name>")
    def live_page_file(name: str) -> Response:
        if name not in files:
            raise Problem("not-found", "The live page has no file of this name.")
        return _file(name, files[name], etags)

    return routes


def _file(name: str, content: bytes, etags: Mapping[str, str]) -> Response:
    response = Response(content, 200, HEADERS, content_type=CONTENT_TYPES[Path(name).suffix])
    response.set_etag(etags[name])
    # `make_conditional` would also handle ranges and If-Match.
    if request.if_none_match.contains_weak(etags[name]):
        response.status_code = 304
    return response
