"""Use cases run on the stores in memory and a manual clock."""

import pytest

from domain.delivery import RetryPolicy
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.stores import MemoryOptions, MemoryStores, open_memory
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from tests.fakes.clock import ManualClock
from tests.unit.usecases.home import Home

CAPACITY = 16
MAX_ATTEMPTS = 3


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def stores(clock: ManualClock) -> MemoryStores:
    retry = RetryPolicy(MAX_ATTEMPTS, jitter=lambda: 1.0)
    return open_memory(MemoryOptions(retry, timeline_capacity=CAPACITY, event_queue_capacity=2), clock)


@pytest.fixture
def tweets(stores: MemoryStores) -> MemoryTweets:
    return stores.tweets


@pytest.fixture
def graph(stores: MemoryStores) -> MemoryFollowGraph:
    return stores.graph


@pytest.fixture
def timelines(stores: MemoryStores) -> MemoryTimelines:
    return stores.timelines


@pytest.fixture
def home(stores: MemoryStores) -> Home:
    return Home(stores, CAPACITY)
