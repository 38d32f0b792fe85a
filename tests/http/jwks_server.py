"""HTTP servers for key sets."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.http.tokens import JWT_MODE


class JwksServer:
    """The URL of a server; one of `jwks_server` answers with `status` and `body`, and counts its fetches."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 200
        self.body = b""
        self.fetches = 0
        self.asked_as = ""

    def publish(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": keys}).encode()

    def settings(self, algorithm: str) -> dict[str, str]:
        """The settings of a service that gets its keys from this server."""
        return {**JWT_MODE, "JWT_ALGORITHM": algorithm, "JWT_JWKS_URL": self.url}


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[JwksServer]:
    """A server that answers every GET by this function, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield JwksServer(f"http://127.0.0.1:{server.server_port}/keys")
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def jwks_server() -> Iterator[JwksServer]:
    """A server whose answers a test sets, until the block ends."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        jwks.fetches += 1
        jwks.asked_as = request.headers["User-Agent"]
        request.send_response(jwks.status)
        request.end_headers()
        request.wfile.write(jwks.body)

    with served(answer) as jwks:
        yield jwks
