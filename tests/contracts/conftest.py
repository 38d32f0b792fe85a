"""The adapters. A new one is a fixture that makes it, and the name of that fixture in the list of its port."""

import pytest

from app.testing import ManualClock
from infrastructure.events.event_queue import EventQueue
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from tests.contracts import ports
from tests.contracts.limits import DEAD_LETTERS_KEPT, EVENTS_QUEUED, IDLE_SECONDS, NODE_ID, TIMELINE_CAPACITY


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory_tweets"])
def tweets(request: pytest.FixtureRequest) -> ports.Tweets:
    adapter: ports.Tweets = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture(params=["memory_follow_graph"])
def graph(request: pytest.FixtureRequest) -> ports.FollowGraph:
    adapter: ports.FollowGraph = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture(params=["memory_timelines"])
def timelines(request: pytest.FixtureRequest) -> ports.Timelines:
    adapter: ports.Timelines = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture(params=["memory_dead_letters"])
def dead_letters(request: pytest.FixtureRequest) -> ports.DeadLetters:
    adapter: ports.DeadLetters = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture(params=["memory_events"])
def events(request: pytest.FixtureRequest) -> ports.Events:
    adapter: ports.Events = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture
def memory_tweets(clock: ManualClock) -> ports.Tweets:
    return MemoryTweets(clock.now_ms, NODE_ID)


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def memory_follow_graph(users: Users) -> ports.FollowGraph:
    return MemoryFollowGraph(users)


@pytest.fixture
def memory_timelines(users: Users, clock: ManualClock) -> ports.Timelines:
    return MemoryTimelines(users, TIMELINE_CAPACITY, IDLE_SECONDS, clock.monotonic)


@pytest.fixture
def memory_dead_letters() -> ports.DeadLetters:
    return MemoryDeadLetters(DEAD_LETTERS_KEPT)


@pytest.fixture
def memory_events() -> ports.Events:
    return EventQueue(EVENTS_QUEUED)
