"""Timelines in memory."""

import math
import threading
from collections.abc import Callable, Iterable, Sequence

from domain.timeline import Timeline, TimelineView, push
from infrastructure.counts import TimelineCounts
from infrastructure.memory.users import PerUser, Users

IDLE_SLICE = 10_000
"""Users among whom idle timelines are looked for in one go: about half a millisecond."""


class _Installed(Timeline):
    __slots__ = ("generation", "read_at")

    def __init__(self, generation: int, read_at: float) -> None:
        super().__init__()
        self.generation = generation
        self.read_at = read_at


def _absent() -> _Installed:
    """Stands for all timelines that are not there: a push then asks no more of them than of the others."""
    absent = _Installed(0, math.inf)
    absent.close()
    return absent


class MemoryTimelines:
    """The timelines of those who read, by user.

    The lock protects all of them, the last generation and the counts. It is held for one timeline at a time, for the
    followers of one slice when a tweet is pushed to them, and for `IDLE_SLICE` users when idle ones are looked for.
    """

    def __init__(self, users: Users, capacity: int, idle_seconds: float, monotonic: Callable[[], float]) -> None:
        """`capacity` entries are kept a user; one not read for `idle_seconds` is thrown away, 0 means never."""
        self._users = users
        self._capacity = capacity
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last_generation = 0
        self._absent = _absent()
        self._timelines = PerUser(users, self._absent)
        self._rebuilt = 0
        self._discarded_idle = 0
        self._discarded_stale = 0
        self._deliveries = 0

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """The newest `limit` entries strictly between the bounds, with floor and merge mark, in one look."""
        now = self._monotonic()
        with self._lock:
            timeline = self._timelines.get(user_id)
            timeline.read_at = max(timeline.read_at, now)
            return timeline.view(low, high, limit)

    def install(self, user_id: str) -> tuple[int, int]:
        """Makes sure that the timeline is present; returns its generation and its merge mark."""
        now = self._monotonic()
        number = self._users.number(user_id)
        with self._lock:
            timeline = self._timelines.at(number)
            if timeline is self._absent:
                self._last_generation += 1
                timeline = _Installed(self._last_generation, now)
                self._timelines.set(number, timeline)
            return timeline.generation, timeline.mark

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Merges into the timeline of this generation; nothing happens when it was thrown away."""
        with self._lock:
            timeline = self._timelines.get(user_id)
            if timeline.generation == generation:
                self._rebuilt += not timeline.merged
                timeline.merge(ids, floor, mark, self._capacity)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        """Inserts the id into the timelines that are present, each user's once; doing so again changes nothing."""
        numbers = self._users.numbers_of(user_ids)
        with self._lock:
            self._deliveries += push(tweet_id, self._timelines.of_all(numbers), self._capacity)

    def discard(self, user_id: str) -> None:
        """Throws the timeline away."""
        number = self._users.known(user_id)
        if number is None:
            return
        with self._lock:
            if self._timelines.at(number) is not self._absent:
                self._timelines.set(number, self._absent)
                self._discarded_stale += 1

    def discard_idle(self) -> int:
        """Throws away what was not read for the idle time, slice by slice; returns how many that were."""
        if not self._idle_seconds:
            return 0
        oldest = self._monotonic() - self._idle_seconds
        discarded = 0
        for first in range(0, len(self._users), IDLE_SLICE):
            numbers = range(first, min(first + IDLE_SLICE, len(self._users)))
            with self._lock:
                timelines = self._timelines.of_all(numbers)
                idle = [number for number, held in zip(numbers, timelines, strict=True) if held.read_at < oldest]
                for number in idle:
                    self._timelines.set(number, self._absent)
                self._discarded_idle += len(idle)
            discarded += len(idle)
        return discarded

    def counts(self) -> TimelineCounts:
        with self._lock:
            # Every timeline was installed under a generation of its own.
            held = self._last_generation - self._discarded_idle - self._discarded_stale
            return TimelineCounts(held, self._rebuilt, self._discarded_idle, self._discarded_stale, self._deliveries)
