"""The listener tells the streams of an author's followers which tweets the author deleted."""

from collections.abc import Sequence

import pytest

from domain.errors import Unavailable
from domain.events import Announcement
from infrastructure.memory.events import MemoryAnnouncements
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.streams.listener import Follows, StreamListener
from infrastructure.streams.subscriptions import Subscriptions


def test_a_deletion_is_told_to_followers_once_and_to_nobody_else(
    subscriptions: Subscriptions, graph: MemoryFollowGraph
) -> None:
    bob, carol, dave = map(subscriptions.open, ("bob", "carol", "dave"))
    announcements = MemoryAnnouncements(100)
    listener = StreamListener(announcements, graph, subscriptions)
    for tweet_id in (7, 8):
        announcements.announce_deletion(tweet_id, "alice")
    announcements.announce_deletion(9, "stranger")
    listener.listen()
    assert bob.wait(0.0)
    assert bob.any_deleted()
    assert [each.take_deleted() for each in (bob, carol, dave)] == [[7, 8], [7, 8], []]
    assert not bob.any_deleted()
    assert not dave.wait(0.0)


def test_what_was_taken_before_a_look_failed_is_told_later(
    subscriptions: Subscriptions, graph: MemoryFollowGraph
) -> None:
    class FailingOnce(MemoryAnnouncements):
        has_failed = False

        def take(self, timeout: float) -> Announcement | None:
            if timeout == 0.0 and not self.has_failed:
                self.has_failed = True
                raise Unavailable("no answer")
            return super().take(timeout)

    bob = subscriptions.open("bob")
    announcements = FailingOnce(100)
    listener = StreamListener(announcements, graph, subscriptions)
    for tweet_id in (7, 8):
        announcements.announce_deletion(tweet_id, "alice")
    with pytest.raises(Unavailable):
        listener.listen()
    listener.listen()
    assert bob.take_deleted() == [7, 8]


def test_a_deletion_waits_for_a_graph_that_does_not_answer(
    subscriptions: Subscriptions, graph: MemoryFollowGraph
) -> None:
    class BrokenOnce:
        def __init__(self) -> None:
            self._follows: Follows | None = None

        def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
            follows, self._follows = self._follows, graph
            if follows is None:
                raise Unavailable("no answer")
            return follows.relationships(user_id, other_ids)

    bob, dave = map(subscriptions.open, ("bob", "dave"))
    announcements = MemoryAnnouncements(100)
    listener = StreamListener(announcements, BrokenOnce(), subscriptions)
    announcements.announce_deletion(7, "alice")
    listener.listen()
    assert [bob.take_deleted(), dave.take_deleted()] == [[], []]
    announcements.announce(1, "stranger")
    listener.listen()
    assert [bob.take_deleted(), dave.take_deleted()] == [[7], []]
