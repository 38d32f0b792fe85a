"""A timeline compared with a model, for any sequence of inserts and merges."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from domain.timeline import NOTHING_COMPLETE
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.timeline import Room, Timeline, push


@dataclass(frozen=True)
class Insert:
    tweet_id: int


@dataclass(frozen=True)
class Merge:
    ids: Sequence[int]
    floor: int
    mark: int


tweet_ids = st.integers(1, 30)
steps = st.one_of(
    st.builds(Insert, tweet_ids),
    st.builds(Merge, st.lists(tweet_ids, max_size=12), st.integers(0, 30), st.integers(0, 5)),
)


@given(st.lists(steps, max_size=60), st.sampled_from([1, 2, 5, 16, 20]))
def test_a_timeline_is_complete_from_its_floor_upwards_and_keeps_nothing_below(
    taken: list[Insert | Merge], capacity: int
) -> None:
    timeline, room = Timeline(1, 0.0), Room.for_entries(capacity)
    known: set[int] = set()
    merge_floor = mark = floor_before = 0
    merged = False
    for step in taken:
        match step:
            case Insert(tweet_id):
                push(tweet_id, [timeline], room)
                known.add(tweet_id)
            case Merge(ids, floor, upto):
                timeline.merge(ids, floor, upto, room)
                known.update(ids)
                merge_floor, mark, merged = max(merge_floor, floor), max(mark, upto), True

        view = timeline.view(0, MAX_TWEET_ID, capacity + 1)
        assert len(timeline) <= capacity
        if not merged:
            assert (list(view.ids), view.floor) == ([], NOTHING_COMPLETE)
            continue
        assert list(view.ids) == sorted((id_ for id_ in known if id_ >= view.floor), reverse=True)
        assert view.mark == mark
        assert view.floor >= floor_before
        if view.floor > merge_floor:
            assert len(view.ids) >= capacity - capacity // 16, "trimmed more than a sixteenth of the capacity"
        floor_before = view.floor
