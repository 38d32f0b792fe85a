import timeit
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from infrastructure.memory.all_ids import AllIds

ABOVE = 1 << 63
TIMES_SLOWER_MAX = 5

ids = st.integers(0, 60)


def held(all_ids: AllIds) -> list[int]:
    return list(all_ids.newest(-1, ABOVE, 1000))


@given(stored=st.sets(ids), removed=st.lists(ids), low=st.integers(-1, 61), high=st.integers(-1, 61), limit=ids)
def test_it_equals_a_sorted_list(stored: set[int], removed: list[int], low: int, high: int, limit: int) -> None:
    all_ids = AllIds(block_ids=4)
    for id_ in sorted(stored):
        all_ids.append(id_)
    for id_ in removed:
        all_ids.remove(id_)
    left = stored - set(removed)
    assert held(all_ids) == sorted(left, reverse=True)
    assert (
        list(all_ids.newest(low, high, limit))
        == sorted((id_ for id_ in left if low < id_ < high), reverse=True)[:limit]
    )


def test_removed_ids_leave_no_block() -> None:
    all_ids = AllIds(block_ids=4)
    for id_ in range(20):
        all_ids.append(id_)
    for id_ in range(20):
        all_ids.remove(id_)
    assert all_ids._blocks == []
    all_ids.append(20)
    assert held(all_ids) == [20]


def test_what_it_returns_never_changes() -> None:
    all_ids = AllIds()
    all_ids.append(1)
    before = all_ids.newest(0, ABOVE, 10)
    all_ids.append(2)
    all_ids.remove(1)
    assert list(before) == [1]


def test_a_thousand_times_as_many_ids_make_nothing_slower() -> None:
    few, many = filled(1_000), filled(1_000_000)
    for work in (look, replace):
        assert seconds(work, many) < TIMES_SLOWER_MAX * seconds(work, few), work.__name__


def filled(count: int) -> AllIds:
    all_ids = AllIds()
    for id_ in range(count):
        all_ids.append(id_)
    return all_ids


def look(all_ids: AllIds) -> None:
    """Looks for a page in the middle."""
    newest = all_ids.newest(0, ABOVE, 1)[0]
    all_ids.newest(0, newest // 2, 100)


def replace(all_ids: AllIds) -> None:
    """Removes an id from the lower half, and appends one."""
    newest = all_ids.newest(0, ABOVE, 1)[0]
    [low] = all_ids.newest(0, newest // 2, 1)
    all_ids.remove(low)
    all_ids.append(newest + 1)


def seconds(work: Callable[[AllIds], None], all_ids: AllIds) -> float:
    """The shortest of many times, which no busy neighbour lengthens."""
    return min(timeit.repeat(lambda: work(all_ids), number=10, repeat=30))
