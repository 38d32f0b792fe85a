"""Both loops of load go on where a server ends connections after some answers, as nginx does."""

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from benchmarks.closed_loop import requests_a_second
from benchmarks.open_loop import OpenLoop
from benchmarks.service import request

ANSWERS = 3
"""Of a connection."""

PUT = request("PUT", "/v1/users/me/following/alice", "bob")


class Handler(BaseHTTPRequestHandler):
    """Answers 204, which has no body and no length."""

    protocol_version = "HTTP/1.1"
    connections: Counter[Any]

    def do_PUT(self) -> None:
        """The last answer of a connection says so."""
        self.connections[self.client_address] += 1
        self.send_response(204)
        if self.connections[self.client_address] == ANSWERS:
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Handler.connections = Counter()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_closed_loop_connects_anew(server: ThreadingHTTPServer) -> None:
    while len(Handler.connections) < 5:
        assert requests_a_second(server.server_port, [PUT], 0.1, connections=2) > 0
    assert max(Handler.connections.values()) == ANSWERS


def test_an_open_loop_connects_anew_and_no_request_is_lost(server: ThreadingHTTPServer) -> None:
    outcomes = OpenLoop(server.server_port, [PUT], rate=200, seconds=0.2, connections=2).run()
    assert [outcome.status for outcome in outcomes] == [204] * 40
    assert max(Handler.connections.values()) == ANSWERS
