"""A push or a merge that is cut before any of its lines, and repeated."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from domain import timeline as module
from domain.timeline import Timeline, push
from tests.fakes.scissors import Cut, cut_at

CAPACITY = 20
TWEET = 100


def merged(ids: Sequence[int]) -> Timeline:
    timeline = Timeline()
    timeline.merge(ids, 0, 1, CAPACITY)
    return timeline


def pushed(timelines: Sequence[Timeline]) -> None:
    push(TWEET, timelines, CAPACITY)


def merged_again(timelines: Sequence[Timeline]) -> None:
    for timeline in timelines:
        timeline.merge([TWEET, 3], 2, 5, CAPACITY)


@pytest.mark.parametrize("between", [[], [TWEET + 1, TWEET - 1]])
@pytest.mark.parametrize("work", [pushed, merged_again])
def test_it_is_whole_when_it_is_repeated_whatever_came_between(
    work: Callable[[Sequence[Timeline]], None], between: Sequence[int]
) -> None:
    line, cut = 0, True
    while cut:
        line += 1
        before = [[], [7], [7, 200], [TWEET], [*range(50, 50 + CAPACITY)], [*range(200, 200 + CAPACITY)]]
        timelines = [merged(ids) for ids in before]
        with suppress(Cut), cut_at(line, {module.__file__}) as scissors:
            work(timelines)
        cut = scissors.left <= 0
        for tweet_id in between:
            push(tweet_id, timelines, CAPACITY)
        work(timelines)
        for ids, timeline in zip(before, timelines, strict=True):
            known = {*ids, TWEET, *between, *([3] if work is merged_again else [])}
            expected = sorted(id_ for id_ in known if id_ >= timeline.floor)
            assert [id_ for id_ in timeline if id_ >= timeline.floor] == expected, (line, ids)
            assert list(timeline) == sorted(set(timeline)), (line, ids)
    assert line > 10
