"""Metrics of streams and of refused requests."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import Metric

from infrastructure.counts import StreamCounts
from infrastructure.metrics.families import counters, gauge


class StreamCollector:
    """Reads the counts once per scrape."""

    def __init__(self, count: Callable[[], StreamCounts], shed_in_flight: Callable[[], int]) -> None:
        self._count = count
        self._shed_in_flight = shed_in_flight

    def collect(self) -> Iterator[Metric]:
        """Yields all families."""
        counts = self._count()
        yield gauge("perch_streams_open", "Streams open.", counts.open)
        yield gauge("perch_streams_capacity", "Streams that may be open.", counts.capacity)
        shed = {"in_flight": self._shed_in_flight(), "streams": counts.shed}
        text = "Requests refused because too many were being served."
        yield counters("perch_requests_shed_total", text, "limit", shed)
