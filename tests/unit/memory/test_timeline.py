"""The capacity and memory use of a timeline; `test_timeline_model` and the port's contract check its content."""

import tracemalloc

import pytest

from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.timeline import Room, Timeline, push


def merged_timeline() -> Timeline:
    """Returns the complete, empty timeline of a reader whose followees have not published yet."""
    timeline = Timeline(1, 0.0)
    timeline.merge([], floor=0, mark=0, room=Room.for_entries(1))
    return timeline


@pytest.mark.parametrize("capacity", [1, 2, 15, 16, 17, 800])
def test_a_timeline_never_exceeds_its_capacity_and_uses_most_of_it(capacity: int) -> None:
    timeline = merged_timeline()
    for tweet_id in range(1, 3 * capacity + 2):
        push(tweet_id, [timeline], Room.for_entries(capacity))
        assert len(timeline) <= capacity
        assert len(timeline) >= min(tweet_id, capacity - capacity // 16)
        assert timeline.view(0, MAX_TWEET_ID, 1).ids[0] == tweet_id


def test_a_merge_beyond_the_capacity_keeps_the_newest_entries() -> None:
    timeline = merged_timeline()
    timeline.merge(range(2, 64, 2), floor=0, mark=1, room=Room.for_entries(32))
    timeline.merge(range(1, 64, 2), floor=0, mark=1, room=Room.for_entries(32))
    kept = timeline.view(0, MAX_TWEET_ID, 64)
    assert 30 <= len(kept.ids) <= 32
    assert list(kept.ids) == list(range(63, kept.floor - 1, -1))


def test_63_bit_ids_are_stored_exactly() -> None:
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
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    # Only what these modules took: another thread of the tests may have taken something meanwhile.
    taken = snapshot.filter_traces([tracemalloc.Filter(inclusive=True, filename_pattern="*/infrastructure/memory/*")])
    assert 8000 * 8 <= sum(trace.size for trace in taken.traces) < 8000 * 9
