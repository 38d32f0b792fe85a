"""How much one timeline keeps, and what it takes; what it shows is in the contract of `Timelines` and in the model."""

import tracemalloc

import pytest

from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.timeline import Room, Timeline, push


def merged_timeline() -> Timeline:
    """A timeline of somebody whose followees have not published yet."""
    timeline = Timeline(1, 0.0)
    timeline.merge([], floor=0, mark=0, room=Room.for_entries(1))
    return timeline


@pytest.mark.parametrize("capacity", [1, 2, 15, 16, 17, 800])
def test_the_capacity_always_holds_and_most_of_it_is_used(capacity: int) -> None:
    timeline = merged_timeline()
    for tweet_id in range(1, 3 * capacity + 2):
        push(tweet_id, [timeline], Room.for_entries(capacity))
        assert len(timeline) <= capacity
        assert len(timeline) >= min(tweet_id, capacity - capacity // 16)
        assert timeline.view(0, MAX_TWEET_ID, 1).ids[0] == tweet_id


def test_a_merge_over_the_capacity_keeps_the_newest() -> None:
    timeline = merged_timeline()
    timeline.merge(range(2, 64, 2), floor=0, mark=1, room=Room.for_entries(32))
    timeline.merge(range(1, 64, 2), floor=0, mark=1, room=Room.for_entries(32))
    kept = timeline.view(0, MAX_TWEET_ID, 64)
    assert 30 <= len(kept.ids) <= 32
    assert list(kept.ids) == list(range(63, kept.floor - 1, -1))


def test_ids_of_63_bits_are_exact() -> None:
    timeline = merged_timeline()
    for tweet_id in (MAX_TWEET_ID, MAX_TWEET_ID - 1):
        push(tweet_id, [timeline], Room.for_entries(2))
    assert list(timeline.view(0, MAX_TWEET_ID + 1, 2).ids) == [MAX_TWEET_ID, MAX_TWEET_ID - 1]


def test_an_entry_takes_about_8_bytes() -> None:
    newest = 1 << 62
    held_by_tweets = list(range(newest, newest + 8000))
    tracemalloc.start()
    try:
        timeline = merged_timeline()
        for tweet_id in held_by_tweets:
            push(tweet_id, [timeline], Room.for_entries(8000))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 8000 * 9
