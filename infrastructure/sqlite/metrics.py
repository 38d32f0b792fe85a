"""The metrics of the journal."""

from collections.abc import Callable, Iterator

from prometheus_client import Histogram
from prometheus_client.metrics_core import Metric

from infrastructure.metrics.families import counter, gauge

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
WRITES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class JournalMetrics:
    """Counts commits by their duration and size, and reports whether the file can be written to."""

    def __init__(self, failures: Callable[[], int], is_writable: Callable[[], bool]) -> None:
        self._failures = failures
        self._is_writable = is_writable
        text = "Seconds that a commit to the file took."
        self._seconds = Histogram("perch_journal_commit_seconds", text, buckets=SECONDS, registry=None)
        text = "Writes in one commit to the file."
        self._writes = Histogram("perch_journal_commit_writes", text, buckets=WRITES, registry=None)

    def observe(self, writes: int, seconds: float) -> None:
        """Counts one commit."""
        self._seconds.observe(seconds)
        self._writes.observe(writes)

    def collect(self) -> Iterator[Metric]:
        """All families; the count of either histogram is that of all commits."""
        yield from self._seconds.collect()
        yield from self._writes.collect()
        yield counter("perch_journal_failures_total", "Commits to the file that failed.", self._failures())
        yield gauge("perch_journal_writable", "1 when the last commit was written, else 0.", self._is_writable())
