"""Reads streams, which `Client` cannot, because it waits for the end of every answer."""

from http import HTTPStatus

from werkzeug.test import run_wsgi_app

from app.compose import Perch
from tests.http.wire import Request, wsgi_environ

STREAM = "/v1/users/me/timeline/stream"


class Opened:
    """A stream that is read block by block, in process."""

    def __init__(
        self, perch: Perch, *headers: tuple[str, str], method: str = "GET", query: str = "", **environ: object
    ) -> None:
        request = Request(method, f"{STREAM}?{query}", headers)
        body, status, self.headers = run_wsgi_app(perch.app, wsgi_environ(request) | environ)
        self.status = HTTPStatus(int(status.split(" ")[0]))
        self._body = body
        self._blocks = iter(body)

    def read(self) -> str:
        return next(self._blocks).decode()

    def rest(self) -> str:
        return b"".join(self._blocks).decode()

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()
