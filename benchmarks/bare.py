"""The yardsticks for requests: a bare Flask view and a bare WSGI app that give the same answer as Perch.

`python -m benchmarks.bare flask` takes an `Exchange` as JSON and serves it with a Flask view, `... wsgi` with a bare
WSGI application.
"""

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from flask import Flask, Response
from waitress.server import create_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 4
SERVERS_OWN = frozenset({"content-length", "date", "server", "via", "connection"})
"""The headers that the server adds itself; Flask adds the first one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request's method and path, and its whole answer: status, headers and body."""

    method: str
    path: str
    status: str
    headers: list[tuple[str, str]]
    body: str

    @classmethod
    def of(cls, method: str, path: str, answer: bytes) -> Self:
        """Returns the exchange for the bytes that a server answered."""
        head, _, body = answer.decode().partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        own = [(name, value) for name, value in headers if name.lower() not in SERVERS_OWN]
        return cls(method, path.partition("?")[0], status.partition(" ")[2], own, body)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def flask_app(exchange: Exchange) -> Flask:
    """Returns an app with one view, which returns the answer and does nothing else."""
    app = Flask("bare", static_folder=None)
    body, status = exchange.body.encode(), exchange.status
    content_type = next(value for name, value in exchange.headers if name == "Content-Type")
    headers = [(name, value) for name, value in exchange.headers if name != "Content-Type"]

    def view() -> Response:
        return Response(body, status, headers, content_type=content_type)

    app.add_url_rule(exchange.path, view_func=view, methods=[exchange.method])
    return app


def wsgi_app(exchange: Exchange) -> "WSGIApplication":
    """Returns an application that answers without reading the request."""
    body, status = exchange.body.encode(), exchange.status
    of_exchange = [(name, value) for name, value in exchange.headers]  # JSON made lists of the tuples
    headers = [*of_exchange, ("Content-Length", str(len(body)))]

    def answer(_: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(status, headers.copy())
        return [body]

    return answer


def main() -> None:
    """Serves on a free port until the process is stopped."""
    kind, exchange = sys.argv[1], Exchange(**json.loads(sys.argv[2]))
    app = flask_app(exchange) if kind == "flask" else wsgi_app(exchange)
    # Perch does the same: a line for every request that waits for a thread costs more than the wait.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident="perch")
    print(f"Waitress listens on http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
