"""Which tweets have unfinished events."""

from heapq import heappop, heappush

STALE_MIN = 1000
"""Fewer entries than this are not worth a clean-up."""


class Unfinished:
    """The tweets of unfinished events, and at once the oldest, however many there are.

    A tweet may have several events. No method is safe to call from two threads at once.
    """

    def __init__(self) -> None:
        self._events_of: dict[int, int] = {}
        # Holds every tweet above, and some that have left: to take one out of the middle would mean to look for it.
        self._heap: list[int] = []

    def add(self, tweet_id: int) -> None:
        self._events_of[tweet_id] = self._events_of.get(tweet_id, 0) + 1
        heappush(self._heap, tweet_id)

    def remove(self, tweet_id: int) -> None:
        """Takes out one event of the tweet; nothing happens when it has none."""
        events = self._events_of.get(tweet_id, 0)
        if not events:
            return
        if events > 1:
            self._events_of[tweet_id] = events - 1
            return
        del self._events_of[tweet_id]
        self._clean_up()

    def oldest(self) -> int | None:
        """The smallest tweet id, None without any."""
        self._clean_up()
        return self._heap[0] if self._heap else None

    def _clean_up(self) -> None:
        heap = self._heap
        while heap and heap[0] not in self._events_of:
            heappop(heap)
        if len(heap) > 2 * len(self._events_of) + STALE_MIN:
            self._heap = sorted(self._events_of)
