"""Use cases on the stores in memory, and on a clock that stands still."""

import pytest

from app.testing import ManualClock
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from tests.unit.usecases.home import Home

CAPACITY = 16


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tweets(clock: ManualClock) -> MemoryTweets:
    return MemoryTweets(clock.now_ms, node_id=0)


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def graph(users: Users) -> MemoryFollowGraph:
    return MemoryFollowGraph(users)


@pytest.fixture
def timelines(users: Users, clock: ManualClock) -> MemoryTimelines:
    return MemoryTimelines(users, CAPACITY, idle_seconds=0, monotonic=clock.monotonic)


@pytest.fixture
def home(tweets: MemoryTweets, graph: MemoryFollowGraph, timelines: MemoryTimelines) -> Home:
    return Home(tweets, graph, timelines, CAPACITY)
