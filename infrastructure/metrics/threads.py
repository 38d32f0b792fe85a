"""Metrics of background threads that died and were restarted."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from prometheus_client.metrics_core import Metric

from infrastructure.metrics.families import counters


class Thread(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def restarts(self) -> int:
        """The number of times that the thread died and was restarted."""


class ThreadCollector:
    """Reads each thread's count once per scrape."""

    def __init__(self, threads: Sequence[Thread]) -> None:
        self._threads = threads

    def collect(self) -> Iterator[Metric]:
        """Yields one family."""
        text = "Background threads that died and were restarted."
        restarts = {thread.name: thread.restarts for thread in self._threads}
        yield counters("perch_threads_restarted_total", text, "thread", restarts)
