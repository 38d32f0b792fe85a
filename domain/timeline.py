"""The prepared part of a home timeline, and the merge that every read is made of."""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

NOTHING_COMPLETE = 1 << 63
"""The floor of a timeline in which no entry can be relied on: above every tweet id."""

_TRIM_SHARE = 16


class Timeline(list[int]):
    """One user's newest tweet ids, kept ready to be read.

    At and above the `floor` the entries are complete: whatever the followees up to the follow id `mark` have published
    is there, unless it is still unpushed. Below the floor no entry is kept. A new timeline keeps what is pushed, but
    is complete nowhere until the first `merge`: `merged` tells. No entry is above the `ceiling`.

    It is the ascending list of its entries, because delivering to millions of timelines takes half as long again when
    the list is an object of its own. An entry is 8 bytes where the id is the same object in all timelines. No method
    is safe to call from two threads at once.
    """

    # CPython sorts slots by name: the ceiling lies beside what an append changes, and a push waits for memory but once.
    __slots__ = ("ceiling", "floor", "mark", "merged")

    def __init__(self) -> None:
        super().__init__()
        self.floor = 0
        self.ceiling = -1
        self.mark = 0
        self.merged = False

    def close(self) -> None:
        """From now on it takes no more entries."""
        self.floor = self.ceiling = NOTHING_COMPLETE

    def merge(self, ids: Iterable[int], floor: int, mark: int, capacity: int) -> None:
        """Adds the author logs' `ids`, which are complete from `floor` on, for all follows up to `mark`."""
        self.floor = max(self.floor, floor)
        merged = sorted({*self, *ids})
        entries = merged[bisect_left(merged, self.floor) :]
        # First: what a cut leaves out is then inserted late, and not appended out of order.
        self.ceiling = entries[-1] if entries else self.floor - 1
        self[:] = entries
        self.mark = max(self.mark, mark)
        self.merged = True
        if len(self) > capacity:
            self.trim(capacity)

    def view(self, low: int, high: int, limit: int) -> "TimelineView":
        """The newest `limit` entries strictly between `low` and `high`, with what can be relied on."""
        if not self.merged:
            return EMPTY_VIEW
        return TimelineView(newest_between(self, low, high, limit), self.floor, self.mark)

    def insert_late(self, tweet_id: int, capacity: int) -> bool:
        """Adds an id that is not above the ceiling; False when it is below the floor."""
        if tweet_id < self.floor:
            return False
        at = bisect_left(self, tweet_id)
        if at == len(self) or self[at] != tweet_id:
            self.insert(at, tweet_id)
            if len(self) > capacity:
                self.trim(capacity)
        return True

    def trim(self, capacity: int) -> None:
        """Drops the oldest entries over `capacity`, and a few more."""
        # One cut of a sixteenth every so often costs less than moving all entries on every push.
        kept_from = len(self) - capacity + capacity // _TRIM_SHARE
        self.floor = self[kept_from]
        del self[:kept_from]


def push(tweet_id: int, timelines: Sequence[Timeline], capacity: int) -> int:
    """Adds one id to all that take it, and returns how many these are. Each timeline is there once.

    Again, late or out of order makes no difference, nor does a push that was cut and is repeated. Over `capacity`, the
    oldest entries are dropped.
    """
    # Short loops, because the processor waits for many timelines at once in a short one, and for one in a long.
    late = [timeline for timeline in timelines if timeline.ceiling >= tweet_id]
    fresh = [timeline for timeline in timelines if timeline.ceiling < tweet_id] if late else timelines
    for timeline in fresh:
        # First: where it is cut in between, the push that is repeated is late, and finds it missing.
        timeline.ceiling = tweet_id
    for timeline in fresh:
        timeline.append(tweet_id)
    for timeline in [timeline for timeline in fresh if len(timeline) > capacity]:
        timeline.trim(capacity)
    return len(timelines) - sum(not timeline.insert_late(tweet_id, capacity) for timeline in late)


@dataclass(frozen=True, slots=True)
class TimelineView:
    """What one look at a timeline gives: entries newest first, the floor they hold from, and the merge mark."""

    ids: Sequence[int]
    floor: int
    mark: int


EMPTY_VIEW = TimelineView((), NOTHING_COMPLETE, 0)
"""The view of a timeline that is absent or has not been merged yet."""


def newest_between(ids: list[int], low: int, high: int, limit: int) -> Sequence[int]:
    """The newest `limit` of the ascending `ids` strictly between the bounds, newest first, as a copy."""
    end = len(ids) if ids and ids[-1] < high else bisect_left(ids, high)
    newest = ids[max(0, end - limit) : end]
    if newest and newest[0] <= low:
        del newest[: bisect_right(newest, low)]
    newest.reverse()
    return newest


def merge_newest(sources: Iterable[Sequence[int]], limit: int) -> Sequence[int]:
    """The newest `limit` distinct ids of some sources, each of them newest first without repeats."""
    filled = [source for source in sources if source]
    if not filled:
        return ()
    if len(filled) == 1:
        return filled[0][:limit]
    return [id_ for id_, _ in islice(groupby(heapq.merge(*filled, reverse=True)), limit)]
