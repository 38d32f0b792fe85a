"""The yardsticks of requests: the same answer as Perch's, from a bare Flask view and from a bare WSGI app.

`python -m benchmarks.bare waitress flask` takes an `Exchange` as JSON and serves it by a Flask view, `... wsgi` by a
bare WSGI application; with `granian` in place of `waitress` they are served as Perch is.
"""

import json
import logging
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from flask import Flask, Response
from waitress.server import create_server

from app.affinity import stay_on_one_cpu
from app.config import Settings
from app.container import build

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 4
SERVERS_OWN = frozenset({"content-length", "date", "server", "via", "connection"})
"""Headers that the server adds by itself; Flask adds the first."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request's method and path, and the whole answer: status line, headers and body."""

    method: str
    path: str
    status: str
    headers: list[tuple[str, str]]
    body: str

    @classmethod
    def of(cls, method: str, path: str, answer: bytes) -> Self:
        """From what a server sent."""
        head, _, body = answer.decode().partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        own = [(name, value) for name, value in headers if name.lower() not in SERVERS_OWN]
        return cls(method, path.partition("?")[0], status.partition(" ")[2], own, body)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def flask_app(exchange: Exchange) -> Flask:
    """One view that does nothing but answer."""
    app = Flask("bare", static_folder=None)
    body, status = exchange.body.encode(), exchange.status
    content_type = next(value for name, value in exchange.headers if name == "Content-Type")
    headers = [(name, value) for name, value in exchange.headers if name != "Content-Type"]

    def view() -> Response:
        return Response(body, status, headers, content_type=content_type)

    app.add_url_rule(exchange.path, view_func=view, methods=[exchange.method])
    return app


def wsgi_app(exchange: Exchange) -> "WSGIApplication":
    """An application that looks at nothing."""
    body, status = exchange.body.encode(), exchange.status
    of_exchange = [(name, value) for name, value in exchange.headers]  # JSON has lists in place of tuples
    headers = [*of_exchange, ("Content-Length", str(len(body)))]

    def answer(_: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(status, headers.copy())
        return [body]

    return answer


def main() -> None:
    """Serves on a free port until it is told to stop."""
    server, kind, exchange = sys.argv[1], sys.argv[2], Exchange(**json.loads(sys.argv[3]))
    app = flask_app(exchange) if kind == "flask" else wsgi_app(exchange)
    if server == "granian":
        _serve_by_granian(app)
    else:
        _serve_by_waitress(app)


def _serve_by_waitress(app: "WSGIApplication") -> None:
    # As Perch has it: a line for every request that waits for a thread costs more than the wait.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident="perch")
    print(f"Waitress listens on http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def _serve_by_granian(app: "WSGIApplication") -> None:
    from app.granian_server import GranianServer  # noqa: PLC0415 - granian need not be installed

    settings = Settings(port=0, secret_key="benchmark")  # noqa: S106 - it guards nothing
    other_cpus = stay_on_one_cpu()
    perch = build(settings, run_worker=False)
    perch.app.wsgi_app = app  # type: ignore[assignment, method-assign]
    server = GranianServer(perch, settings, other_cpus)
    server.stop_on_signals()
    print(f"Granian listens on {server.url}", flush=True)
    server.run()
    os._exit(0)  # as Perch does


if __name__ == "__main__":
    main()
