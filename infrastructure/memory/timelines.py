"""Timelines in memory."""

import math
import threading
from collections.abc import Callable, Iterable, Sequence

from domain.timeline import Installed, TimelineView
from infrastructure.memory.timeline import Room, Timeline, push
from infrastructure.memory.users import PerUser, Users

IDLE_SLICE = 10_000
"""The number of users that are checked for idle timelines under one lock: about half a millisecond."""


class MemoryTimelines:
    """The timelines of the users who read.

    The lock protects all timelines, their number and the last generation. It is held for one timeline at a time, for
    the followers of one slice during a push, and for `IDLE_SLICE` users during the search for idle timelines.
    """

    def __init__(self, users: Users, room: Room, idle_seconds: float, monotonic: Callable[[], float]) -> None:
        """`room` is that of each timeline. One that is not read for `idle_seconds` is discarded; 0 means never."""
        self._users = users
        self._room = room
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last_generation = 0
        # A closed timeline stands for every absent one, so that a push needs no special case.
        self._absent = Timeline(0, math.inf)
        self._absent.close()
        self._timelines = PerUser(users, self._absent)
        self._held = 0

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark, atomically."""
        now = self._monotonic()
        with self._lock:
            timeline = self._timelines.get(user_id)
            timeline.read_at = max(timeline.read_at, now)
            return timeline.view(low, high, limit)

    def install(self, user_id: str) -> Installed:
        """Creates the timeline if it is absent; returns its generation, merge mark and floor."""
        now = self._monotonic()
        number = self._users.number(user_id)
        with self._lock:
            timeline = self._timelines.at(number)
            if timeline is self._absent:
                self._last_generation += 1
                timeline = Timeline(self._last_generation, now)
                self._timelines.set(number, timeline)
                self._held += 1
            return Installed(timeline.generation, timeline.mark, timeline.floor)

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Merges into the timeline of this generation; does nothing if it was discarded."""
        with self._lock:
            timeline = self._timelines.get(user_id)
            if timeline.generation == generation:
                timeline.merge(ids, floor, mark, self._room)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        """Inserts the id once into each of these users' timelines that is present; returns how many took it."""
        numbers = self._users.numbers_of(user_ids)
        with self._lock:
            return push(tweet_id, self._timelines.of_all(numbers), self._room)

    def discard(self, user_id: str) -> bool:
        """Discards the timeline; returns False if it is absent."""
        number = self._users.known(user_id)
        with self._lock:
            if number is None or self._timelines.at(number) is self._absent:
                return False
            self._timelines.set(number, self._absent)
            self._held -= 1
            return True

    def discard_idle(self) -> int:
        """Discards timelines that were not read during the idle time, slice by slice; returns their number."""
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
                self._held -= len(idle)
            discarded += len(idle)
        return discarded

    def held(self) -> int:
        """Returns the number of timelines."""
        with self._lock:
            return self._held
