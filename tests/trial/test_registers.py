"""What a register may hold is what some order of its writes gives, all of which are tried here."""

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from tests.trial.registers import Register, Write

MOMENTS = st.integers(0, 9)


@st.composite
def writes(draw: st.DrawFn) -> Write:
    begun, takes = draw(MOMENTS), draw(st.integers(0, 4))
    return Write(draw(st.booleans()), begun, begun + takes, draw(st.booleans()))


@given(st.lists(writes(), max_size=4), MOMENTS, st.integers(0, 4))
def test_a_read_may_return_what_some_order_gives(some: list[Write], begun: int, takes: int) -> None:
    register = Register(some)
    found = set(by_all_orders(some, begun, begun + takes))
    assert {value for value in (True, False) if register.may_be(value, begun, begun + takes)} == found
    assert register.must_be(True, begun, begun + takes) == (found == {True})


def by_all_orders(some: Sequence[Write], begun: float, ended: float) -> Iterator[bool]:
    sure = [write for write in some if write.sure]
    unsure = [write for write in some if not write.sure]
    read = Write(value=False, begun=begun, done=ended, sure=True)
    for count in range(len(unsure) + 1):
        for happened in combinations(unsure, count):
            for order in permutations([*sure, *happened, read]):
                if is_possible(order):
                    before = order[: next(at for at, each in enumerate(order) if each is read)]
                    yield before[-1].value if before else False


def is_possible(order: Sequence[Write]) -> bool:
    """Nothing comes after what began only when it was done."""
    return not any(later.done < earlier.begun for earlier, later in combinations(order, 2))
