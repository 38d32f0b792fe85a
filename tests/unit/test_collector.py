import gc
import weakref
from collections.abc import Iterator

import pytest

from app.collector import YOUNG_COLLECTIONS, YOUNG_OBJECTS, collect_young_only


class Node:
    def __init__(self) -> None:
        self.other: Node | None = None


def lost_cycle() -> "weakref.ref[Node]":
    one, other = Node(), Node()
    one.other, other.other = other, one
    return weakref.ref(one)


@pytest.fixture
def collected() -> Iterator[list[int]]:
    """The generations that the collector has collected so far in the test."""
    thresholds = gc.get_threshold()
    generations: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            generations.append(info["generation"])

    gc.callbacks.append(note)
    collect_young_only()
    try:
        yield generations
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(note)


def test_the_collector_never_walks_the_oldest_generation(collected: list[int]) -> None:
    stored = [Node() for _ in range(YOUNG_OBJECTS * (YOUNG_COLLECTIONS + 1) * 12)]
    assert len(stored) > len(collected)
    assert collected.count(1) > YOUNG_COLLECTIONS
    assert 2 not in collected


def test_cycles_of_young_objects_are_collected(collected: list[int]) -> None:
    lost = lost_cycle()
    stored = [Node() for _ in range(YOUNG_OBJECTS * 2)]
    assert len(stored) > len(collected) > 0
    assert lost() is None
