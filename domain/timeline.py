"""The prepared part of a home timeline, and the merge that every read is made of."""

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

NOTHING_COMPLETE = 1 << 63
"""The floor of a timeline in which no entry can be relied on: above every tweet id."""

_TRIM_SHARE = 16


class Timeline:
    """One user's newest tweet ids, kept ready to be read.

    At and above the floor the entries are complete: whatever the followees up to the follow id `mark` have published
    is there, unless it is still unpushed. Below the floor no entry is kept. A new timeline keeps what is pushed, but
    is complete nowhere until the first `merge`, which `merged` tells.

    Entries are 8 bytes each. No method is safe to call from two threads at once.
    """

    __slots__ = ("_floor", "_ids", "mark", "merged")

    def __init__(self) -> None:
        self._ids = array("Q")
        self._floor = 0
        self.mark = 0
        self.merged = False

    def insert(self, tweet_id: int, capacity: int) -> None:
        """Adds one id; again, late or out of order makes no difference. Over `capacity`, the oldest are dropped."""
        ids = self._ids
        if tweet_id < self._floor:
            return
        if not ids or tweet_id > ids[-1]:
            ids.append(tweet_id)
        else:
            at = bisect_left(ids, tweet_id)
            if ids[at] == tweet_id:
                return
            ids.insert(at, tweet_id)
        if len(ids) > capacity:
            self._trim(capacity)

    def merge(self, ids: Iterable[int], floor: int, mark: int, capacity: int) -> None:
        """Adds the author logs' `ids`, which are complete from `floor` on, for all follows up to `mark`."""
        self._floor = max(self._floor, floor)
        merged = sorted({*self._ids, *ids})
        self._ids = array("Q", merged[bisect_left(merged, self._floor) :])
        self.mark = max(self.mark, mark)
        self.merged = True
        if len(self._ids) > capacity:
            self._trim(capacity)

    def view(self, low: int, high: int, limit: int) -> "TimelineView":
        """The newest `limit` entries strictly between `low` and `high`, with what can be relied on."""
        if not self.merged:
            return EMPTY_VIEW
        return TimelineView(newest_between(self._ids, low, high, limit), self._floor, self.mark)

    def __len__(self) -> int:
        return len(self._ids)

    def _trim(self, capacity: int) -> None:
        # One cut of a sixteenth every so often costs less than moving all entries on every insert.
        del self._ids[: len(self._ids) - capacity + capacity // _TRIM_SHARE]
        self._floor = self._ids[0]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """What one look at a timeline gives: entries newest first, the floor they hold from, and the merge mark."""

    ids: Sequence[int]
    floor: int
    mark: int


EMPTY_VIEW = TimelineView((), NOTHING_COMPLETE, 0)
"""The view of a timeline that is absent or has not been merged yet."""


def newest_between(ids: "array[int]", low: int, high: int, limit: int) -> Sequence[int]:
    """The newest `limit` of the ascending `ids` strictly between the bounds, newest first, as a copy."""
    end = bisect_left(ids, high)
    start = max(bisect_right(ids, low, 0, end), end - limit)
    return ids[start:end][::-1]


def merge_newest(sources: Iterable[Sequence[int]], limit: int) -> Sequence[int]:
    """The newest `limit` distinct ids of some sources, each of them newest first without repeats."""
    filled = [source for source in sources if source]
    if len(filled) == 1:
        return filled[0][:limit]
    return [id_ for id_, _ in islice(groupby(heapq.merge(*filled, reverse=True)), limit)]
