"""The whole application, once it is built."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from flask import Flask
from prometheus_client import CollectorRegistry

from infrastructure.background import BackgroundThread
from infrastructure.events.delivery_log import DeliveryLog
from infrastructure.events.fan_out import FanOut
from infrastructure.events.subscriptions import Subscriptions
from infrastructure.events.worker import FanOutWorker
from infrastructure.http.shed import ShedRequests
from usecases.redrive_dead_letters import RedriveDeadLetters

STOP_SECONDS = 5.0
"""What the end of a context allows for a stop."""


@dataclass(frozen=True, slots=True)
class Perch:
    """The whole application: the WSGI app, its threads, and the parts that a tester steers.

    As a context manager it starts the threads and stops them again.
    """

    app: Flask
    fan_out: FanOut
    worker: FanOutWorker | None
    threads: Sequence[BackgroundThread]
    """The worker's own, where there is one, and that of the housekeeping."""
    deliveries: DeliveryLog
    subscriptions: Subscriptions
    shed: ShedRequests
    metrics: CollectorRegistry
    redrive_dead_letters: RedriveDeadLetters
    ready: threading.Event

    def start(self) -> None:
        for thread in self.threads:
            thread.start()
        self.ready.set()

    def supervise(self) -> None:
        """Starts threads again that have died. The server calls this at least twice a second, from one thread."""
        for thread in self.threads:
            thread.revive()

    def drain(self) -> None:
        """Says that it is not ready any more, and ends the streams, whose clients come back to whoever is next."""
        self.ready.clear()
        self.subscriptions.end()

    def stop(self, timeout: float) -> int:
        """Drains and joins the threads, within about `timeout` seconds; returns how many events were left."""
        deadline = time.monotonic() + timeout
        self.drain()
        for thread in self.threads:
            thread.stop(max(0.0, deadline - time.monotonic()))
        return self.fan_out.left()

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
