import gc
import weakref
from collections.abc import Iterator

import pytest

from app.collector import YOUNG_COLLECTIONS, YOUNG_OBJECTS, freeze_survivors


class Node:
    def __init__(self) -> None:
        self.other: Node | None = None


@pytest.fixture
def frozen() -> Iterator[None]:
    thresholds, callbacks = gc.get_threshold(), list(gc.callbacks)
    freeze_survivors()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks[:] = callbacks
        gc.unfreeze()


def allocate_until_the_middle_generation_is_collected() -> list[Node]:
    return [Node() for _ in range(YOUNG_OBJECTS * (YOUNG_COLLECTIONS + 2))]


@pytest.mark.usefixtures("frozen")
def test_what_lives_is_not_walked_again() -> None:
    kept = Node()
    more = allocate_until_the_middle_generation_is_collected()
    walked = {id(walked) for walked in gc.get_objects()}
    assert id(kept) not in walked
    assert len(walked) < len(more)


@pytest.mark.usefixtures("frozen")
def test_cycles_of_the_young_are_still_found() -> None:
    one, other = Node(), Node()
    one.other, other.other = other, one
    lost = weakref.ref(one)
    del one, other
    allocate_until_the_middle_generation_is_collected()
    assert lost() is None


@pytest.mark.usefixtures("frozen")
def test_what_is_frozen_still_goes_when_nobody_refers_to_it() -> None:
    kept = Node()
    gone = weakref.ref(kept)
    allocate_until_the_middle_generation_is_collected()
    del kept
    assert gone() is None
