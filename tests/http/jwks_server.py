"""A server that publishes keys, or whatever a test puts there."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.http.tokens import JWT_MODE


class JwksServer:
    """Answers every GET with `status` and `body`, and counts them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 200
        self.body = b""
        self.fetches = 0

    def publish(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": keys}).encode()

    def settings(self, algorithm: str) -> dict[str, str]:
        """The settings of a service that asks this server."""
        return {**JWT_MODE, "JWT_ALGORITHM": algorithm, "JWT_JWKS_URL": self.url}


@contextmanager
def jwks_server() -> Iterator[JwksServer]:
    """A server of its own, gone when the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            jwks.fetches += 1
            self.send_response(jwks.status)
            self.end_headers()
            self.wfile.write(jwks.body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        jwks = JwksServer(f"http://127.0.0.1:{server.server_port}/keys")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield jwks
        finally:
            server.shutdown()
            thread.join()
