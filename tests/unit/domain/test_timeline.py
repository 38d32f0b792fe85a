import tracemalloc

import pytest

from domain.timeline import EMPTY_VIEW, Timeline, push
from domain.tweet_id import MAX_TWEET_ID

CAPACITY = 32
ALL = (0, MAX_TWEET_ID + 1, CAPACITY)
"""Bounds and limit of a view that holds everything."""


def merged_timeline() -> Timeline:
    """A timeline of somebody whose followees have not published yet."""
    timeline = Timeline()
    timeline.merge([], floor=0, mark=0, capacity=CAPACITY)
    return timeline


def timeline_of(*tweet_ids: int) -> Timeline:
    timeline = merged_timeline()
    for tweet_id in tweet_ids:
        push(tweet_id, [timeline], CAPACITY)
    return timeline


def entries(timeline: Timeline) -> list[int]:
    return list(timeline.view(*ALL).ids)


def floor(timeline: Timeline) -> int:
    return timeline.view(*ALL).floor


def test_entries_come_newest_first() -> None:
    assert entries(timeline_of(1, 2, 3)) == [3, 2, 1]


@pytest.mark.parametrize("order", [(3, 1, 2), (3, 2, 1), (2, 3, 1)])
def test_late_entries_find_their_place(order: tuple[int, ...]) -> None:
    assert entries(timeline_of(*order)) == [3, 2, 1]


@pytest.mark.parametrize("again", [1, 2, 3])
def test_an_entry_that_comes_again_changes_nothing(again: int) -> None:
    assert entries(timeline_of(1, 2, 3, again)) == [3, 2, 1]


def test_over_the_capacity_the_oldest_go_and_the_floor_rises_to_what_is_kept() -> None:
    timeline = timeline_of(*range(1, CAPACITY + 1))
    assert floor(timeline) == 0
    push(CAPACITY + 1, [timeline], CAPACITY)
    kept = entries(timeline)
    assert kept == list(range(CAPACITY + 1, CAPACITY + 1 - len(kept), -1))
    assert len(kept) <= CAPACITY
    assert floor(timeline) == kept[-1]


@pytest.mark.parametrize("capacity", [1, 2, 15, 16, 17, 800])
def test_the_capacity_always_holds_and_most_of_it_is_used(capacity: int) -> None:
    timeline = merged_timeline()
    for tweet_id in range(1, 3 * capacity + 2):
        push(tweet_id, [timeline], capacity)
        assert len(timeline) <= capacity
        assert len(timeline) >= min(tweet_id, capacity - capacity // 16)
        assert timeline.view(0, MAX_TWEET_ID, 1).ids[0] == tweet_id


def test_what_is_late_and_below_the_floor_is_not_kept() -> None:
    timeline = timeline_of(*range(100, 101 + CAPACITY))
    before = entries(timeline)
    for late in (1, before[-1] - 1):
        push(late, [timeline], CAPACITY)
    assert entries(timeline) == before


def test_what_is_late_and_just_above_the_floor_is_kept() -> None:
    timeline = timeline_of(*range(100, 102 + 2 * CAPACITY, 2))
    late = floor(timeline) + 1
    push(late, [timeline], CAPACITY)
    assert late in entries(timeline)


def test_a_late_entry_that_is_the_oldest_of_too_many_is_dropped_again() -> None:
    timeline = timeline_of(*range(100, 100 + CAPACITY))
    push(50, [timeline], CAPACITY)
    assert 50 not in entries(timeline)
    assert floor(timeline) == entries(timeline)[-1]


def test_a_new_timeline_can_be_relied_on_nowhere() -> None:
    timeline = Timeline()
    push(7, [timeline], CAPACITY)
    assert timeline.view(*ALL) == EMPTY_VIEW
    assert EMPTY_VIEW.floor > MAX_TWEET_ID


def test_a_new_timeline_keeps_what_is_pushed_before_its_first_merge() -> None:
    timeline = Timeline()
    push(7, [timeline], CAPACITY)
    timeline.merge([3, 9], floor=3, mark=4, capacity=CAPACITY)
    view = timeline.view(*ALL)
    assert (list(view.ids), view.floor, view.mark) == ([9, 7, 3], 3, 4)


def test_pushes_over_the_capacity_before_the_first_merge_raise_the_floor_for_it() -> None:
    timeline = Timeline()
    for tweet_id in range(100, 101 + CAPACITY):
        push(tweet_id, [timeline], CAPACITY)
    timeline.merge([1, 2, 3], floor=0, mark=1, capacity=CAPACITY)
    assert floor(timeline) == entries(timeline)[-1] > 100


def test_a_merge_adds_what_is_not_there_yet() -> None:
    timeline = timeline_of(2, 4, 6)
    timeline.merge([6, 5, 4, 1], floor=0, mark=1, capacity=CAPACITY)
    assert entries(timeline) == [6, 5, 4, 2, 1]
    assert floor(timeline) == 0


def test_a_merge_that_is_complete_only_in_part_raises_the_floor_and_drops_what_is_below() -> None:
    timeline = timeline_of(2, 4, 6)
    timeline.merge([7, 5], floor=5, mark=1, capacity=CAPACITY)
    assert entries(timeline) == [7, 6, 5]
    assert floor(timeline) == 5


def test_the_floor_itself_is_complete() -> None:
    timeline = timeline_of()
    timeline.merge([], floor=5, mark=1, capacity=CAPACITY)
    for tweet_id in (4, 5, 6):
        push(tweet_id, [timeline], CAPACITY)
    assert entries(timeline) == [6, 5]


def test_a_merge_never_lowers_the_floor_or_the_mark() -> None:
    timeline = timeline_of()
    timeline.merge([9, 8], floor=8, mark=6, capacity=CAPACITY)
    timeline.merge([9, 3], floor=2, mark=5, capacity=CAPACITY)
    view = timeline.view(*ALL)
    assert (list(view.ids), view.floor, view.mark) == ([9, 8], 8, 6)


def test_a_merge_over_the_capacity_keeps_the_newest() -> None:
    timeline = timeline_of(*range(2, 2 * CAPACITY, 2))
    timeline.merge(range(1, 2 * CAPACITY, 2), floor=0, mark=1, capacity=CAPACITY)
    kept = entries(timeline)
    assert kept == list(range(2 * CAPACITY - 1, 2 * CAPACITY - 1 - len(kept), -1))
    assert floor(timeline) == kept[-1]
    assert len(kept) <= CAPACITY


def test_a_view_is_strictly_between_its_bounds() -> None:
    timeline = timeline_of(1, 2, 3, 4, 5)
    assert list(timeline.view(2, 5, 10).ids) == [4, 3]
    assert list(timeline.view(0, 6, 10).ids) == [5, 4, 3, 2, 1]
    assert list(timeline.view(3, 4, 10).ids) == []
    assert list(timeline.view(5, 2, 10).ids) == []


def test_a_view_holds_the_newest_up_to_its_limit() -> None:
    assert list(timeline_of(1, 2, 3, 4, 5).view(0, 5, 2).ids) == [4, 3]


def test_a_view_never_changes() -> None:
    timeline = timeline_of(1, 2, 3)
    view = timeline.view(*ALL)
    push(4, [timeline], CAPACITY)
    timeline.merge([5], floor=5, mark=9, capacity=CAPACITY)
    assert (list(view.ids), view.floor, view.mark) == ([3, 2, 1], 0, 0)


def test_ids_of_63_bits_are_exact() -> None:
    assert entries(timeline_of(MAX_TWEET_ID, MAX_TWEET_ID - 1)) == [MAX_TWEET_ID, MAX_TWEET_ID - 1]


def test_an_entry_takes_about_8_bytes() -> None:
    newest = 1 << 62
    held_by_tweets = list(range(newest, newest + 8000))
    tracemalloc.start()
    try:
        timeline = merged_timeline()
        for tweet_id in held_by_tweets:
            push(tweet_id, [timeline], 8000)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 8000 * 9
