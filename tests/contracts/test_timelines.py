import pytest

from app.compose.ports import Timelines
from domain.timeline import EMPTY_VIEW, TimelineView
from tests.contracts.conftest import Stores
from tests.contracts.limits import IDLE_SECONDS, NEWEST, TIMELINE_CAPACITY
from tests.fakes.clock import ManualClock


def view(timelines: Timelines, user_id: str = "alice") -> TimelineView:
    return timelines.view(user_id, 0, NEWEST, TIMELINE_CAPACITY + 1)


def ids(timelines: Timelines, user_id: str = "alice") -> list[int]:
    return list(view(timelines, user_id).ids)


def discard_idle(stores: Stores, expected: int) -> None:
    assert stores.timelines.discard_idle() == (0 if stores.expires else expected)


def build(timelines: Timelines, *tweet_ids: int, user_id: str = "alice") -> int:
    """Builds a timeline with these entries and returns its generation."""
    generation = timelines.install(user_id).generation
    timelines.merge(user_id, generation, tweet_ids, floor=0, mark=1)
    return generation


def test_an_absent_timeline_has_an_empty_view(timelines: Timelines) -> None:
    assert view(timelines) == EMPTY_VIEW


def test_an_installed_timeline_has_an_empty_view_until_its_merge(timelines: Timelines) -> None:
    timelines.install("alice")
    timelines.push(7, ["alice"])
    assert view(timelines) == EMPTY_VIEW


def test_a_merge_sets_entries_floor_and_mark(timelines: Timelines) -> None:
    generation, mark, _ = timelines.install("alice")
    timelines.merge("alice", generation, iter([9, 7, 5]), floor=5, mark=3)
    assert mark == 0
    assert ids(timelines) == [9, 7, 5]
    assert (view(timelines).floor, view(timelines).mark) == (5, 3)
    assert timelines.install("alice") == (generation, 3, 5)


def test_a_merge_keeps_earlier_pushes(timelines: Timelines) -> None:
    generation = timelines.install("alice").generation
    timelines.push(8, ["alice"])
    timelines.merge("alice", generation, [9, 7], floor=0, mark=1)
    assert ids(timelines) == [9, 8, 7]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 2, 3, 1, 3)])
def test_pushes_may_be_repeated_and_out_of_order(timelines: Timelines, order: tuple[int, ...]) -> None:
    build(timelines)
    for tweet_id in order:
        timelines.push(tweet_id, ["alice"])
    assert ids(timelines) == [3, 2, 1]


def test_a_push_reaches_existing_timelines_only(timelines: Timelines) -> None:
    for user_id in ("alice", "bob", "carol"):
        build(timelines, user_id=user_id)
    timelines.push(7, ["alice", "absent", "bob"])
    timelines.push(8, [])
    assert [ids(timelines, user_id) for user_id in ("alice", "bob", "carol", "absent")] == [[7], [7], [], []]
    assert view(timelines, "absent") == EMPTY_VIEW


def test_a_view_has_exclusive_bounds_and_keeps_the_newest_entries(timelines: Timelines) -> None:
    build(timelines, 1, 2, 3, 4, 5)
    assert list(timelines.view("alice", 1, 5, 10).ids) == [4, 3, 2]
    assert list(timelines.view("alice", 1, 5, 2).ids) == [4, 3]
    assert list(timelines.view("alice", 3, 4, 10).ids) == []
    assert list(timelines.view("alice", 5, 1, 10).ids) == []


def test_beyond_the_capacity_the_oldest_entries_go_and_the_floor_rises(timelines: Timelines, stores: Stores) -> None:
    build(timelines)
    for tweet_id in range(1, TIMELINE_CAPACITY + 2):
        timelines.push(tweet_id, ["alice"])
    stores.trim()
    kept = ids(timelines)
    if stores.only_adds:
        assert kept == list(range(TIMELINE_CAPACITY + 1, 0, -1))
        return
    assert TIMELINE_CAPACITY // 2 <= len(kept) <= TIMELINE_CAPACITY
    assert kept == list(range(TIMELINE_CAPACITY + 1, TIMELINE_CAPACITY + 1 - len(kept), -1))
    assert view(timelines).floor == kept[-1]
    timelines.push(kept[-1] - 1, ["alice"])
    assert ids(timelines) == kept


def test_a_merge_with_a_higher_floor_raises_the_floor(timelines: Timelines) -> None:
    generation = build(timelines, 1, 2, 3)
    timelines.merge("alice", generation, [5, 4], floor=3, mark=2)
    assert ids(timelines) == [5, 4, 3]
    assert (view(timelines).floor, view(timelines).mark) == (3, 2)


def test_a_view_never_changes(timelines: Timelines) -> None:
    generation = build(timelines, 1, 2)
    before = view(timelines)
    timelines.push(3, ["alice"])
    timelines.merge("alice", generation, [9], floor=9, mark=9)
    timelines.discard("alice")
    assert (list(before.ids), before.floor, before.mark) == ([2, 1], 0, 1)


def test_a_discarded_timeline_is_absent(timelines: Timelines) -> None:
    build(timelines, 1, 2)
    build(timelines, 5, user_id="bob")
    assert timelines.discard("alice") is True
    assert [timelines.discard(user_id) for user_id in ("alice", "absent")] == [False, False]
    assert timelines.push(3, ["alice"]) == 0
    assert view(timelines) == EMPTY_VIEW
    assert ids(timelines, "bob") == [5]


def test_a_new_timeline_starts_empty_after_a_discard(timelines: Timelines) -> None:
    build(timelines, 1, 2)
    timelines.discard("alice")
    assert timelines.install("alice")[1] == 0
    assert view(timelines) == EMPTY_VIEW
    build(timelines, 7)
    assert ids(timelines) == [7]


def test_a_generation_is_never_used_again(timelines: Timelines) -> None:
    generations = []
    for user_id in ("alice", "bob", "alice", "bob"):
        generations.append(timelines.install(user_id)[0])
        timelines.discard(user_id)
    assert len(set(generations)) == 4


def test_a_merge_of_a_discarded_generation_does_nothing(timelines: Timelines) -> None:
    stale = build(timelines, 1)
    timelines.discard("alice")
    timelines.merge("alice", stale, [2], floor=0, mark=5)
    assert view(timelines) == EMPTY_VIEW
    fresh = build(timelines, 3)
    timelines.merge("alice", stale, [2], floor=9, mark=5)
    assert ids(timelines) == [3]
    assert (view(timelines).floor, view(timelines).mark) == (0, 1)
    assert timelines.install("alice") == (fresh, 1, 0)


def test_a_merge_with_another_users_generation_does_nothing(timelines: Timelines) -> None:
    build(timelines)
    generation_of_bob = build(timelines, user_id="bob")
    timelines.merge("alice", generation_of_bob, [2], floor=0, mark=5)
    assert ids(timelines) == []


def test_a_timeline_that_is_not_read_is_discarded(stores: Stores, timelines: Timelines, clock: ManualClock) -> None:
    build(timelines, 1)
    build(timelines, 2, user_id="bob")
    clock.advance(round(IDLE_SECONDS * 1000) // 2)
    assert ids(timelines, "bob") == [2]
    clock.advance(round(IDLE_SECONDS * 1000) // 2 + 1)
    discard_idle(stores, 1)
    assert view(timelines) == EMPTY_VIEW
    assert ids(timelines, "bob") == [2]


def test_pushes_do_not_keep_an_idle_timeline(stores: Stores, timelines: Timelines, clock: ManualClock) -> None:
    build(timelines, 1)
    clock.advance(round(IDLE_SECONDS * 1000) + 1)
    timelines.push(2, ["alice"])
    discard_idle(stores, 1)
    assert view(timelines) == EMPTY_VIEW


def test_a_timeline_is_not_idle_before_the_idle_time(stores: Stores, timelines: Timelines, clock: ManualClock) -> None:
    build(timelines, 1)
    clock.advance(round(IDLE_SECONDS * 1000) - 1)
    discard_idle(stores, 0)
    assert ids(timelines) == [1]


def test_a_merge_of_a_discarded_idle_timeline_does_nothing(timelines: Timelines, clock: ManualClock) -> None:
    stale = build(timelines, 1)
    clock.advance(round(IDLE_SECONDS * 1000) + 1)
    timelines.discard_idle()
    timelines.install("alice")
    timelines.merge("alice", stale, [2], floor=0, mark=5)
    assert view(timelines) == EMPTY_VIEW
