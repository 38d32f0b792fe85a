"""Threads that died and were started again, as metrics."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from prometheus_client.metrics_core import Metric

from infrastructure.metrics.families import counters


class Thread(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def restarts(self) -> int:
        """How often it died and was started again."""


class ThreadCollector:
    """Asks each thread once when Prometheus does."""

    def __init__(self, threads: Sequence[Thread]) -> None:
        self._threads = threads

    def collect(self) -> Iterator[Metric]:
        """One family."""
        text = "Threads in the background that died and were started again."
        restarts = {thread.name: thread.restarts for thread in self._threads}
        yield counters("perch_threads_restarted_total", text, "thread", restarts)
