"""The view of a prepared timeline, and the merge that every read uses."""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import NamedTuple

NOTHING_COMPLETE = 1 << 63
"""The floor of a timeline that is complete nowhere: larger than every tweet id."""


@dataclass(frozen=True, slots=True)
class TimelineView:
    """A consistent view of a timeline: its ids newest first, its floor and its merge mark."""

    ids: Sequence[int]
    floor: int
    mark: int


EMPTY_VIEW = TimelineView((), NOTHING_COMPLETE, 0)
"""The view of a timeline that is absent or not merged yet."""


class Installed(NamedTuple):
    """A timeline that keeps what is pushed: its generation, and mark and floor of an earlier merge or 0."""

    generation: int
    mark: int
    floor: int


def newest_between(ids: list[int], low: int, high: int, limit: int) -> Sequence[int]:
    """Returns the newest `limit` of the ascending `ids` strictly between the bounds, newest first, as a copy."""
    end = len(ids) if ids and ids[-1] < high else bisect_left(ids, high)
    newest = ids[max(0, end - limit) : end]
    if newest and newest[0] <= low:
        del newest[: bisect_right(newest, low)]
    newest.reverse()
    return newest


def merge_newest(sources: Iterable[Sequence[int]], limit: int) -> Sequence[int]:
    """Returns the newest `limit` distinct ids of the sources. Each source is newest first, without duplicates."""
    filled = [source for source in sources if source]
    if not filled:
        return ()
    if len(filled) == 1:
        return filled[0][:limit]
    return [id_ for id_, _ in islice(groupby(heapq.merge(*filled, reverse=True)), limit)]
