"""Clients that publish without a pause, and record the outcome of each request."""

import math
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException

from cluster.exchange import ANSWER_SECONDS, receive, send
from cluster.perch_process import ServerProcess

VISITORS = 60
WARM_VISITS = 10
BODY = b'{"text": "hello"}'


@dataclass
class Visit:
    """A request that was sent; `status` and `answered_at` are those of its answer, if there is one."""

    sent_at: float
    status: int | None = None
    answered_at: float = math.inf


class Visitor(threading.Thread):
    """Publishes one tweet after the other over one connection, until the connection is closed."""

    def __init__(self, perch: ServerProcess) -> None:
        super().__init__(daemon=True)
        self._perch = perch
        self.visits: list[Visit] = []
        self.warm = threading.Event()

    def run(self) -> None:
        with closing(self._perch.connect()) as connection, suppress(OSError, HTTPException):
            connection.auto_open = 0
            while True:
                send(connection, "POST", "/v1/tweets", "alice", BODY)
                visit = Visit(time.monotonic())
                self.visits.append(visit)
                visit.status, _ = receive(connection)
                visit.answered_at = time.monotonic()
                if len(self.visits) == WARM_VISITS:
                    self.warm.set()


def warm_visitors(perch: ServerProcess) -> list[Visitor]:
    visitors = [Visitor(perch) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        assert visitor.warm.wait(ANSWER_SECONDS)
    return visitors
