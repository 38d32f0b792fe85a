from hypothesis import given
from hypothesis import strategies as st

from domain.timeline import merge_newest, newest_between

ids = st.integers(1, 40)
bounds = st.integers(0, 41)
limits = st.integers(0, 12)
newest_first = st.sets(ids).map(lambda some: sorted(some, reverse=True))


@given(st.sets(ids), bounds, bounds, limits)
def test_newest_between_equals_the_naive_query(some: set[int], low: int, high: int, limit: int) -> None:
    naive = sorted((id_ for id_ in some if low < id_ < high), reverse=True)[:limit]
    assert list(newest_between(sorted(some), low, high, limit)) == naive


@given(st.lists(newest_first, max_size=6), limits)
def test_merge_newest_equals_the_naive_query(sources: list[list[int]], limit: int) -> None:
    naive = sorted({id_ for source in sources for id_ in source}, reverse=True)[:limit]
    assert list(merge_newest(sources, limit)) == naive


def test_newest_between_returns_a_copy() -> None:
    log = [1, 2, 3]
    newest = newest_between(log, 0, 10, 10)
    log.append(4)
    del log[0]
    assert list(newest) == [3, 2, 1]
