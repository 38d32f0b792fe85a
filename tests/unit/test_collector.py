import gc
import weakref
from collections.abc import Iterator

import pytest

from app import process
from app.collector import (
    MIDDLE_COLLECTIONS,
    NEVER,
    YOUNG_COLLECTIONS,
    YOUNG_OBJECTS,
    collect_all,
    collect_young_only,
)
from app.compose import Role
from app.settings import Settings

NODES_MAX = 10_000_000


class Node:
    def __init__(self) -> None:
        self.other: Node | None = None


def lost_cycle() -> "weakref.ref[Node]":
    one, other = Node(), Node()
    one.other, other.other = other, one
    return weakref.ref(one)


@pytest.fixture
def collected() -> Iterator[list[int]]:
    """The generations that the collector has collected so far in the test, which may change its settings."""
    thresholds = gc.get_threshold()
    generations: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            generations.append(info["generation"])

    gc.callbacks.append(note)
    try:
        yield generations
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(note)


def test_the_collector_never_walks_the_oldest_generation_where_tweets_are(collected: list[int]) -> None:
    collect_young_only()
    stored = [Node() for _ in range(YOUNG_OBJECTS * (YOUNG_COLLECTIONS + 1) * 12)]
    assert len(stored) > len(collected)
    assert collected.count(1) > YOUNG_COLLECTIONS
    assert 2 not in collected


def test_cycles_of_young_objects_are_collected(collected: list[int]) -> None:
    collect_young_only()
    lost = lost_cycle()
    stored = [Node() for _ in range(YOUNG_OBJECTS * 2)]
    assert len(stored) > len(collected) > 0
    assert lost() is None


def test_cycles_that_grew_old_before_they_were_lost_are_collected_where_no_tweets_are(collected: list[int]) -> None:
    collect_all()
    kept = Node()
    kept.other, lost = kept, weakref.ref(kept)
    stored: list[Node] = []
    while collected.count(1) < 2:
        stored.append(Node())
    del kept
    while lost() is not None and len(stored) < NODES_MAX:
        stored.append(Node())
    assert lost() is None


@pytest.mark.parametrize(
    ("database", "walks"), [("memory:", False), ("sqlite:///perch.db", False), ("postgresql://host/perch", True)]
)
def test_a_process_walks_all_objects_only_if_its_data_is_elsewhere(
    database: str, *, walks: bool, collected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    del collected  # it restores the settings
    monkeypatch.setattr(process, "configure_logs", lambda *_: None)
    process.prepare_process(Settings.from_environment({"DATABASE_URL": database, "CPUS": "all", "SECRET_KEY": "key"}))
    assert (gc.get_threshold()[2] == MIDDLE_COLLECTIONS) is walks
    assert (gc.get_threshold()[2] == NEVER) is not walks


def test_what_the_start_made_is_not_walked_again() -> None:
    kept = Node()
    try:
        process.mark_started(Settings.from_environment({"DATABASE_URL": "postgresql://host/perch"}), Role.SERVE)
        assert not any(each is kept for each in gc.get_objects())
    finally:
        gc.unfreeze()
