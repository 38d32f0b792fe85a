"""Timelines in the protocol of partitions, in memory: no engine is needed to try what the protocol promises."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TypeVar

from domain.timeline import Installed
from infrastructure.outside.guard import Guard
from infrastructure.outside.partitioned import Head, PartitionedTimelines
from infrastructure.outside.whereabouts import Whereabouts
from tests.fakes.clock import ManualClock
from tests.fakes.strand import stepped

Result = TypeVar("Result")

FOR_EVER_SECONDS = 20 * 365 * 24 * 3600
"""Older than every tweet of a test."""


class MemoryReaders:
    """Who has a timeline, by a manual clock."""

    def __init__(self, clock: ManualClock, idle_seconds: float, generations: Iterator[int] | None = None) -> None:
        """`generations` are those that it gives out."""
        self._generations = generations or count(1)
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._readers: dict[str, tuple[int, float]] = {}

    def find(self, user_id: str) -> Whereabouts:
        generation, read_at = self._readers.get(user_id, (None, 0.0))
        unread_ms = None if generation is None else round((self._clock.monotonic() - read_at) * 1000)
        return Whereabouts(generation, unread_ms, 0, "")

    def touch(self, user_id: str, generation: int, unread_ms: int) -> None:
        with self._lock:
            if unread_ms and self._readers.get(user_id, (0, 0.0))[0] == generation:
                self._readers[user_id] = (generation, self._clock.monotonic())

    def install(self, user_id: str) -> Installed:
        with self._lock:
            if user_id not in self._readers:
                self._readers[user_id] = (next(self._generations), self._clock.monotonic())
            return Installed(self._readers[user_id][0], 0, 0)

    def generations(self, user_ids: Sequence[str]) -> Sequence[tuple[str, int]]:
        with self._lock:
            return [(user_id, self._readers[user_id][0]) for user_id in user_ids if user_id in self._readers]

    def discard(self, user_id: str) -> bool:
        with self._lock:
            return self._readers.pop(user_id, None) is not None

    def discard_idle(self) -> int:
        oldest = self._clock.monotonic() - self._idle_seconds
        with self._lock:
            idle = [user_id for user_id, (_, read_at) in self._readers.items() if read_at < oldest]
            for user_id in idle:
                del self._readers[user_id]
            return len(idle)

    def held(self) -> int:
        return len(self._readers)


class MemoryPartitions:
    """Entries and heads, each call in one step."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        self._heads: dict[tuple[str, int], Head] = {}

    def head(self, user_id: str, generation: int) -> Head | None:
        return self._heads.get((user_id, generation))

    def view(self, user_id: str, generation: int, low: int, high: int, limit: int) -> tuple[Head, Sequence[int]] | None:
        with self._lock:
            head, entries = self._heads.get((user_id, generation)), self._entries[user_id, generation]
            return head and (head, sorted((id_ for id_ in entries if low < id_ < high), reverse=True)[:limit])

    def add(self, tweet_id: int, readers: Sequence[tuple[str, int]]) -> None:
        with self._lock:
            for reader in readers:
                self._entries[reader].add(tweet_id)

    def add_all(self, user_id: str, generation: int, tweet_ids: Sequence[int]) -> None:
        with self._lock:
            self._entries[user_id, generation].update(tweet_ids)

    def set_head(self, user_id: str, generation: int, head: Head) -> None:
        self._heads[user_id, generation] = head


class NoCircuit:
    """Passes every call on."""

    def call(self, work: Callable[[], Result]) -> Result:
        return work()


def partitioned(clock: ManualClock, idle_seconds: float = 0.0) -> PartitionedTimelines:
    """Timelines in memory; strands stop before each call of `readers` and `partitions`."""
    return PartitionedTimelines(
        stepped(MemoryReaders(clock, idle_seconds), "readers"),
        stepped(MemoryPartitions(), "partitions"),
        Guard(NoCircuit()),
        clock.now_ms,
        FOR_EVER_SECONDS,
    )
