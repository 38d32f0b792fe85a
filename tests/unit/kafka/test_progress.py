"""Only what all earlier offsets are done for is committed."""

from hypothesis import given
from hypothesis import strategies as st

from infrastructure.kafka.progress import Progress


def test_nothing_taken_is_nothing_to_tell() -> None:
    assert Progress("topic", 0).news() is None


def test_the_position_is_before_the_first_that_is_not_done() -> None:
    progress = Progress("topic", 0)
    for offset in (5, 6, 8):
        progress.took(offset)
    assert progress.news() == 5
    progress.done(6)
    assert progress.news() is None
    progress.done(5)
    assert progress.news() == 8
    progress.done(8)
    assert progress.news() == 9
    progress.done(8)
    assert progress.news() is None


def test_a_partition_that_lost_its_messages_begins_again() -> None:
    progress = Progress("topic", 0)
    progress.took(1000)
    progress.took(0)
    assert progress.news() == 0
    progress.done(1000)
    progress.done(0)
    assert progress.news() == 1


@given(st.permutations(range(30)), st.integers(0, 30))
def test_it_never_passes_what_is_not_done(order: list[int], count: int) -> None:
    progress = Progress("topic", 0)
    for offset in range(30):
        progress.took(offset)
    position = progress.news() or 0
    done: set[int] = set()
    for offset in order[:count]:
        progress.done(offset)
        done.add(offset)
        position = progress.news() or position
        assert position == next(offset for offset in range(31) if offset not in done)
