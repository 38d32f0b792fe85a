"""What reads of home timelines had to merge."""

import threading
from collections.abc import Mapping
from typing import get_args

from usecases.home_timeline.read import Merged


class ReadCounts:
    """Counts reads by the most expensive thing that they had to merge. The lock protects the counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = dict.fromkeys(get_args(Merged), 0)

    def count(self, merged: Merged) -> None:
        """Counts one more read."""
        with self._lock:
            self._counts[merged] += 1

    def counts(self) -> Mapping[str, int]:
        """A copy of the counts so far."""
        with self._lock:
            return self._counts.copy()
