"""Timelines in memory."""

import threading
from collections.abc import Callable, Iterable, Sequence

from domain.timeline import EMPTY_VIEW, Timeline, TimelineView
from infrastructure.counts import TimelineCounts
from infrastructure.memory.sharded_dict import ShardedDict


class _Installed(Timeline):
    __slots__ = ("generation", "read_at")

    def __init__(self, generation: int, read_at: float) -> None:
        super().__init__()
        self.generation = generation
        self.read_at = read_at


class MemoryTimelines:
    """The timelines of those who read, by user.

    The lock protects the dict, every timeline in it, the last generation and the counts. It is held for one timeline
    at a time, and for the followers of one slice when a tweet is pushed to them.
    """

    def __init__(self, capacity: int, idle_seconds: float, monotonic: Callable[[], float]) -> None:
        """`capacity` entries are kept a user; one not read for `idle_seconds` is thrown away, 0 means never."""
        self._capacity = capacity
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last_generation = 0
        self._timelines: ShardedDict[str, _Installed] = ShardedDict()
        self._rebuilt = 0
        self._discarded_idle = 0
        self._discarded_stale = 0
        self._deliveries = 0

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """The newest `limit` entries strictly between the bounds, with floor and merge mark, in one look."""
        now = self._monotonic()
        with self._lock:
            timeline = self._timelines.get(user_id)
            if timeline is None:
                return EMPTY_VIEW
            timeline.read_at = now
            return timeline.view(low, high, limit)

    def install(self, user_id: str) -> tuple[int, int]:
        """Makes sure that the timeline is present; returns its generation and its merge mark."""
        now = self._monotonic()
        with self._lock:
            timeline = self._timelines.get(user_id)
            if timeline is None:
                self._last_generation += 1
                timeline = _Installed(self._last_generation, now)
                self._timelines[user_id] = timeline
            return timeline.generation, timeline.mark

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Merges into the timeline of this generation; nothing happens when it was thrown away."""
        with self._lock:
            timeline = self._timelines.get(user_id)
            if timeline is not None and timeline.generation == generation:
                self._rebuilt += not timeline.merged
                timeline.merge(ids, floor, mark, self._capacity)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        """Inserts the id into each timeline that is present; doing so again changes nothing."""
        capacity = self._capacity
        with self._lock:
            present = [timeline for timeline in self._timelines.get_many(user_ids) if timeline is not None]
            self._deliveries += len(present)
            for timeline in present:
                timeline.insert(tweet_id, capacity)

    def discard(self, user_id: str) -> None:
        """Throws the timeline away."""
        with self._lock:
            if self._timelines.pop(user_id) is not None:
                self._discarded_stale += 1

    def discard_idle(self) -> int:
        """Throws away what was not read for the idle time, shard by shard; returns how many that were."""
        if not self._idle_seconds:
            return 0
        oldest = self._monotonic() - self._idle_seconds
        discarded = 0
        for shard in self._timelines.shards():
            with self._lock:
                idle = [user_id for user_id, held in shard.items() if held.read_at < oldest]
                for user_id in idle:
                    del shard[user_id]
                self._discarded_idle += len(idle)
            discarded += len(idle)
        return discarded

    def counts(self) -> TimelineCounts:
        with self._lock:
            # Every timeline was installed under a generation of its own.
            held = self._last_generation - self._discarded_idle - self._discarded_stale
            return TimelineCounts(held, self._rebuilt, self._discarded_idle, self._discarded_stale, self._deliveries)
