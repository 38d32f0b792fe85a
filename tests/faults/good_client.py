"""A well-behaved client that measures its response times."""

import threading
import time
from contextlib import closing
from types import TracebackType
from typing import Self

from cluster.exchange import TIMELINE, exchange
from cluster.perch_process import PerchProcess

PAUSE_SECONDS = 0.005
STOP_SECONDS = 10.0


class GoodClient(threading.Thread):
    """Reads a timeline repeatedly, with short pauses, until the end of the context."""

    def __init__(self, perch: PerchProcess, user: str) -> None:
        super().__init__(daemon=True)
        self._perch = perch
        self._user = user
        self._stopping = threading.Event()
        self.seconds: list[float] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        with closing(self._perch.connect()) as connection:
            while not self._stopping.wait(PAUSE_SECONDS):
                asked_at = time.monotonic()
                status, _ = exchange(connection, "GET", TIMELINE, self._user)
                self.seconds.append(time.monotonic() - asked_at)
                self.statuses.add(status)

    def p99(self) -> float:
        """Returns the 99th percentile in seconds."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self.join(STOP_SECONDS)
