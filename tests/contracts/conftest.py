"""The adapters. A new engine is one more way to make all of them, named in the list of `stores`."""

from collections.abc import Callable
from typing import Protocol

import pytest

from app.compose.ports import Announcements, Events, FollowGraph, Outbox, Timelines, Tweets
from app.testing import ManualClock
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


class Stores(Protocol):
    """One adapter of each port, on one engine."""

    @property
    def tweets(self) -> Tweets: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def graph(self) -> FollowGraph: ...

    @property
    def timelines(self) -> Timelines: ...

    @property
    def events(self) -> Events: ...

    @property
    def announcements(self) -> Announcements: ...


def in_memory(clock: ManualClock) -> Stores:
    options = MemoryOptions(
        RetryPolicy(MAX_ATTEMPTS, jitter=lambda: 1.0),
        node_id=NODE_ID,
        idempotency_capacity=KEYS_KEPT,
        timeline_capacity=TIMELINE_CAPACITY,
        timeline_idle_seconds=IDLE_SECONDS,
        event_queue_capacity=HINTS_QUEUED,
        due_seconds=DUE_SECONDS,
    )
    return open_memory(options, clock)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=[in_memory])
def stores(request: pytest.FixtureRequest, clock: ManualClock) -> Stores:
    """Empty stores, on every engine."""
    open_stores: Callable[[ManualClock], Stores] = request.param
    return open_stores(clock)


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
