"""Streams that a test counts itself."""

from dataclasses import replace

from infrastructure.counts import StreamCounts


class FakeStreams:
    """None is open at first, and `capacity` may be."""

    def __init__(self, capacity: int) -> None:
        self._counts = StreamCounts(open=0, capacity=capacity, shed=0)

    def counts(self) -> StreamCounts:
        return self._counts

    def ask(self) -> None:
        """Somebody asks for a stream; it is shed when there are too many."""
        counts = self._counts
        if counts.open < counts.capacity:
            self._counts = replace(counts, open=counts.open + 1)
        else:
            self._counts = replace(counts, shed=counts.shed + 1)
