"""Metrics of what was taken from a broker and is no hint."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric

from infrastructure.events.taken import EventSource
from infrastructure.metrics.families import counter


class DeadEventMetrics:
    """Reads the count once per scrape."""

    def __init__(self, source: EventSource) -> None:
        self._source = source

    def collect(self) -> Iterator[Metric]:
        """Yields one family."""
        text = "Messages that this process took from the broker, that are no hints, and that are dead events now."
        yield counter("perch_dead_events_total", text, self._source.counts().dead)
