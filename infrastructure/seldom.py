"""A count that log lines tell now and then, because what it counts comes many times at once."""

import threading
from collections.abc import Callable


class SeldomTotal:
    """Counts, and says when it is time for another line. The lock protects the count and the time of the last line."""

    def __init__(self, pause_seconds: float, monotonic: Callable[[], float]) -> None:
        """There are at least `pause_seconds` between two lines."""
        self._pause_seconds = pause_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._total = 0
        self._told_at = float("-inf")

    def add(self, count: int = 1) -> int | None:
        """Adds to the count, and returns it if it is time for a line; else None."""
        now = self._monotonic()
        with self._lock:
            self._total += count
            if now - self._told_at < self._pause_seconds:
                return None
            self._told_at = now
            return self._total

    def total(self) -> int:
        with self._lock:
            return self._total
