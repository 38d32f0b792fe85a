"""Fixtures of the streams: some open places, and two followers of alice."""

import pytest

from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.users import Users
from infrastructure.streams.subscriptions import Subscriptions

LIMIT = 3


@pytest.fixture
def graph() -> MemoryFollowGraph:
    graph = MemoryFollowGraph(Users())
    for follower in ("bob", "carol"):
        graph.follow(follower, "alice")
    return graph


@pytest.fixture
def subscriptions() -> Subscriptions:
    return Subscriptions(LIMIT)
