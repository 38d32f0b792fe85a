"""A push or merge that a dying thread interrupts before any one of its changes is complete after a repeat."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, SupportsIndex

import pytest

from infrastructure.memory.timeline import Room, Timeline, push

CAPACITY = 20
ROOM = Room.for_entries(CAPACITY)
TWEET = 100


class Cut(BaseException):
    """Interrupts a thread at any point."""


class Changes:
    """Counts down the changes of all interruptible timelines, and raises `Cut` at 0."""

    left = -1

    @classmethod
    def count(cls) -> None:
        cls.left -= 1
        if cls.left == 0:
            raise Cut


class Interruptible(Timeline):
    """A timeline that may be interrupted before each change."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        Changes.count()
        super().__setattr__(name, value)

    def append(self, tweet_id: int) -> None:
        Changes.count()
        super().append(tweet_id)

    def insert(self, at: SupportsIndex, tweet_id: int) -> None:
        Changes.count()
        super().insert(at, tweet_id)

    def __setitem__(self, at: Any, ids: Any) -> None:  # noqa: ANN401 - an index or a slice
        Changes.count()
        super().__setitem__(at, ids)

    def __delitem__(self, at: SupportsIndex | slice) -> None:
        Changes.count()
        super().__delitem__(at)


def merged(ids: Sequence[int]) -> Timeline:
    timeline = Interruptible(1, 0.0)
    timeline.merge(ids, 0, 1, ROOM)
    return timeline


def pushed(timelines: Sequence[Timeline]) -> None:
    push(TWEET, timelines, ROOM)


def merged_again(timelines: Sequence[Timeline]) -> None:
    for timeline in timelines:
        timeline.merge([TWEET, 3], 2, 5, ROOM)


@pytest.mark.parametrize("between", [[], [TWEET + 1, TWEET - 1]])
@pytest.mark.parametrize("work", [pushed, merged_again])
def test_a_repeat_completes_an_interrupted_push_or_merge(
    work: Callable[[Sequence[Timeline]], None], between: Sequence[int]
) -> None:
    at, is_cut = 0, True
    while is_cut:
        at += 1
        before = [[], [7], [7, 200], [TWEET], [*range(50, 50 + CAPACITY)], [*range(200, 200 + CAPACITY)]]
        timelines = [merged(ids) for ids in before]
        Changes.left = at
        with suppress(Cut):
            work(timelines)
        is_cut = Changes.left <= 0
        Changes.left = -1
        for tweet_id in between:
            push(tweet_id, timelines, ROOM)
        work(timelines)
        for ids, timeline in zip(before, timelines, strict=True):
            known = {*ids, TWEET, *between, *([3] if work is merged_again else [])}
            expected = sorted(id_ for id_ in known if id_ >= timeline.floor)
            assert [id_ for id_ in timeline if id_ >= timeline.floor] == expected, (at, ids)
            assert list(timeline) == sorted(set(timeline)), (at, ids)
    assert at > 10
