"""The adapters. A new engine is one more way to make all of them, named in the list of `stores`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.compose.ports import Announcements, Events, FollowGraph, Outbox, Timelines, Tweets
from domain.delivery import RetryPolicy
from infrastructure.memory.stores import MemoryOptions, open_memory
from tests.contracts.limits import (
    DUE_SECONDS,
    HINTS_QUEUED,
    IDLE_SECONDS,
    KEYS_KEPT,
    MAX_ATTEMPTS,
    NODE_ID,
    TIMELINE_CAPACITY,
)
from tests.fakes.clock import ManualClock
from tests.fakes.databases import opened

OPTIONS = MemoryOptions(
    RetryPolicy(MAX_ATTEMPTS, jitter=lambda: 1.0),
    node_id=NODE_ID,
    idempotency_capacity=KEYS_KEPT,
    timeline_capacity=TIMELINE_CAPACITY,
    timeline_idle_seconds=IDLE_SECONDS,
    event_queue_capacity=HINTS_QUEUED,
    due_seconds=DUE_SECONDS,
)


@dataclass(frozen=True, slots=True)
class Stores:
    """One adapter of each port, on one engine."""

    tweets: Tweets
    outbox: Outbox
    graph: FollowGraph
    timelines: Timelines
    events: Events
    announcements: Announcements


Open = Callable[[ManualClock, Path], AbstractContextManager[Stores]]


@contextmanager
def in_memory(clock: ManualClock, _: Path) -> Iterator[Stores]:
    made = open_memory(OPTIONS, clock)
    yield Stores(made.tweets, made.outbox, made.graph, made.timelines, made.events, made.announcements)


@contextmanager
def in_sqlite(clock: ManualClock, folder: Path) -> Iterator[Stores]:
    with opened(folder / "perch.db", clock, OPTIONS) as made:
        rest = made.memory
        yield Stores(made.tweets, rest.outbox, made.graph, rest.timelines, rest.events, rest.announcements)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=[in_memory, in_sqlite])
def stores(request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path) -> Iterator[Stores]:
    """Empty stores, on every engine."""
    open_stores: Open = request.param
    with open_stores(clock, tmp_path) as made:
        yield made


@pytest.fixture
def tweets(stores: Stores) -> Tweets:
    return stores.tweets


@pytest.fixture
def outbox(stores: Stores) -> Outbox:
    return stores.outbox


@pytest.fixture
def graph(stores: Stores) -> FollowGraph:
    return stores.graph


@pytest.fixture
def timelines(stores: Stores) -> Timelines:
    return stores.timelines


@pytest.fixture
def events(stores: Stores) -> Events:
    return stores.events


@pytest.fixture
def announcements(stores: Stores) -> Announcements:
    return stores.announcements
