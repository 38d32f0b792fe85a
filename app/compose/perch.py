"""The whole application, once it is built."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from flask import Flask
from prometheus_client import CollectorRegistry

from app.compose import ports
from app.compose.role import Role
from app.compose.use_cases import UseCases
from app.compose.worker import Work
from domain.errors import Unavailable
from infrastructure.background import BackgroundThread
from infrastructure.http.cors import Cors
from infrastructure.http.shed import ShedRequests
from infrastructure.streams.listener import StreamListener
from infrastructure.streams.subscriptions import Subscriptions

STOP_SECONDS = 5.0
"""The time that the end of a context allows for a stop."""


@dataclass(frozen=True, slots=True)
class Perch:
    """The whole application: the WSGI app, its threads, and the parts that a tester steers.

    As a context manager it starts the threads and stops them again.
    """

    role: Role
    app: Flask
    cors: Cors
    use_cases: UseCases
    work: Work
    listener: StreamListener
    threads: Sequence[BackgroundThread]
    engine_threads: Sequence[BackgroundThread]
    """The threads of the adapters, which start and stop with these."""
    outbox: ports.Outbox
    subscriptions: Subscriptions
    shed: ShedRequests
    metrics: CollectorRegistry
    ready: threading.Event
    close: Callable[[], None]
    """Closes the adapters."""

    def start(self) -> None:
        for thread in self.threads:
            thread.start()
        self.ready.set()

    def supervise(self) -> None:
        """Starts threads again that have died. The server calls this at least twice a second, from one thread."""
        for thread in (*self.threads, *self.engine_threads):
            thread.revive()

    def drain(self) -> None:
        """Says that it is not ready any more, and ends the streams; their clients come back to the next process."""
        self.ready.clear()
        self.subscriptions.end()

    def stop(self, timeout: float) -> int | None:
        """Drains and joins the threads, within about `timeout` seconds.

        Returns how many tweets wait to be pushed; None if others push them, or if the database does not answer.
        """
        deadline = time.monotonic() + timeout
        self.drain()
        for thread in self.threads:
            thread.stop(max(0.0, deadline - time.monotonic()))
        left = self._left() if self.role.works else None
        self.close()
        return left

    def _left(self) -> int | None:
        try:
            return self.outbox.counts().waiting
        except Unavailable:
            return None

    def open_streams(self) -> int:
        return self.subscriptions.counts().open

    def count_shed(self) -> None:
        """Counts a request that a server refused because too many were in flight."""
        self.shed.count()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(STOP_SECONDS)
