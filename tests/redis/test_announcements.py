"""What one process announces wakes the streams of all, once the frontier has passed the tweet."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from cluster.engines.proxy import Proxy
from cluster.engines.redis_server import RedisServer
from domain.errors import Unavailable
from domain.events import Announcement
from infrastructure.memory.events import MemoryAnnouncements
from infrastructure.outside.circuit import Circuit
from infrastructure.redis.announcements import RedisAnnouncements
from infrastructure.redis.connections import Connections, Subscription
from tests.engines.until import until

CHANNEL = "perch:test:announcements"
TIMEOUT_SECONDS = 20.0
WAIT_SECONDS = 30.0
QUIET_SECONDS = 0.2
"""Nothing can arrive in this time, so a slow machine does not fail a test that waits so long."""


class Node:
    """One process, which hears announcements."""

    def __init__(self, url: str, channel: str, ping_seconds: float) -> None:
        self.frontier = 0
        self.looks = 0
        self.is_down = False
        self.own = MemoryAnnouncements(1000)
        self._connections = Connections(url, TIMEOUT_SECONDS)
        self.announcements = RedisAnnouncements(
            self.own, self._look, self._connections, Circuit("redis"), channel, ping_seconds
        )
        for thread in self.announcements.threads:
            thread.start()

    def _look(self) -> int:
        self.looks += 1
        if self.is_down:
            raise Unavailable("no database")
        return self.frontier

    def heard(self) -> Announcement | None:
        return self.announcements.take(WAIT_SECONDS)

    def hears_nothing(self) -> bool:
        return self.announcements.take(QUIET_SECONDS) is None

    def close(self) -> None:
        self.announcements.close(WAIT_SECONDS)
        self._connections.drop()


MakeNode = Callable[..., Node]


@pytest.fixture
def make_node(redis_database: RedisServer) -> Iterator[MakeNode]:
    """Starts nodes, which listen then."""
    with ExitStack() as stack:
        listening = 0

        def make(url: str = redis_database.url, channel: str = CHANNEL, ping_seconds: float = 5.0) -> Node:
            nonlocal listening
            node = Node(url, channel, ping_seconds)
            stack.callback(node.close)
            listening += channel == CHANNEL
            listens(redis_database, listening)
            return node

        yield make


def listens(server: RedisServer, number: int) -> None:
    until(lambda: server.ask("PUBSUB", "NUMSUB", CHANNEL)[1] == number)


def subscription_of(node: Node) -> Subscription:
    until(lambda: node.announcements._subscription is not None)
    assert node.announcements._subscription is not None
    return node.announcements._subscription


def test_others_hear_a_tweet_when_the_frontier_has_passed_it(make_node: MakeNode) -> None:
    one, other = make_node(), make_node()
    one.announcements.announce(7, "alice")
    assert one.heard() == Announcement(7, "alice")
    until(lambda: other.looks > 3)
    assert other.hears_nothing()
    other.frontier = 7
    assert other.heard() == Announcement(7, "alice")
    assert other.hears_nothing()


def test_the_announcer_hears_its_own_again_when_the_frontier_has_passed_it(make_node: MakeNode) -> None:
    """Its stream may have looked too early."""
    node = make_node()
    node.announcements.announce(7, "alice")
    assert node.heard() == Announcement(7, "alice")
    node.frontier = 7
    assert node.heard() == Announcement(7, "alice")


def test_a_deletion_comes_after_its_tweet(make_node: MakeNode) -> None:
    one, other = make_node(), make_node()
    one.announcements.announce(7, "alice")
    one.announcements.announce_deletion(7, "alice")
    until(lambda: other.looks > 1)
    other.frontier = 7
    assert [other.heard(), other.heard()] == [Announcement(7, "alice"), Announcement(7, "alice", deleted=True)]


def test_what_is_held_does_not_hold_up_the_rest(make_node: MakeNode) -> None:
    one, other = make_node(), make_node()
    other.frontier = 7
    one.announcements.announce(9, "alice")
    one.announcements.announce(7, "bob")
    assert other.heard() == Announcement(7, "bob")
    other.frontier = 9
    assert other.heard() == Announcement(9, "alice")


def test_a_database_that_fails_holds_announcements_back(make_node: MakeNode) -> None:
    one, other = make_node(), make_node()
    other.frontier, other.is_down = 7, True
    one.announcements.announce(7, "alice")
    until(lambda: other.looks > 1)
    other.is_down = False
    assert other.heard() == Announcement(7, "alice")


def test_nothing_is_asked_while_no_stream_is_open(make_node: MakeNode) -> None:
    one, other = make_node(), make_node()
    other.announcements.wanted_while(lambda: False)
    other.frontier = 7
    one.announcements.announce(7, "alice")
    assert other.hears_nothing()
    assert other.looks == 0


def test_another_database_hears_nothing(make_node: MakeNode) -> None:
    one, other = make_node(), make_node(channel="perch:another:announcements")
    other.frontier = 7
    one.announcements.announce(7, "alice")
    assert other.hears_nothing()


def test_what_is_no_announcement_is_ignored(make_node: MakeNode, redis_database: RedisServer) -> None:
    one, other = make_node(), make_node()
    other.frontier = 7
    for message in ("", "[", "7", "{}", '["x", "alice", false]', '["7"]', "null"):
        redis_database.ask("PUBLISH", CHANNEL, message)
    one.announcements.announce(7, "alice")
    assert other.heard() == Announcement(7, "alice")


def test_it_listens_again_after_a_cut(make_node: MakeNode, redis_database: RedisServer, redis_proxy: Proxy) -> None:
    node = make_node(redis_database.url_through(redis_proxy.port))
    subscribed = subscription_of(node)
    redis_proxy.cut()
    until(lambda: node.announcements._subscription not in (None, subscribed))
    listens(redis_database, 1)
    node.frontier = 7
    node.announcements.announce(7, "alice")
    assert [node.heard(), node.heard()] == [Announcement(7, "alice")] * 2


def test_a_silent_connection_is_replaced(make_node: MakeNode, redis_database: RedisServer, redis_proxy: Proxy) -> None:
    node = make_node(redis_database.url_through(redis_proxy.port), ping_seconds=0.3)
    subscribed = subscription_of(node)
    redis_proxy.black_hole()
    until(lambda: node.announcements._subscription is not subscribed)
    redis_proxy.cut()
    redis_proxy.forward()
    until(lambda: node.announcements._subscription is not None)
    node.frontier = 7
    node.announcements.announce(7, "alice")
    assert [node.heard(), node.heard()] == [Announcement(7, "alice")] * 2


def test_pings_keep_a_quiet_connection(make_node: MakeNode) -> None:
    node = make_node(ping_seconds=0.3)
    subscribed = subscription_of(node)
    threading.Event().wait(2.0)
    assert node.announcements._subscription is subscribed


def test_without_redis_an_announcement_reaches_its_own_process(redis_database: RedisServer, redis_proxy: Proxy) -> None:
    redis_proxy.refuse()
    node = Node(redis_database.url_through(redis_proxy.port), CHANNEL, 5.0)
    node.announcements.announce(7, "alice")
    assert node.heard() == Announcement(7, "alice")
    node.close()
