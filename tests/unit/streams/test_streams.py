"""The listener wakes the streams of an author's followers, and no others; subscriptions have a limit and an end."""

import threading
from collections.abc import Callable, Sequence

import pytest

from domain.errors import Overloaded, Unavailable
from infrastructure.counts import StreamCounts
from infrastructure.memory.events import MemoryAnnouncements
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.streams.listener import Follows, StreamListener
from infrastructure.streams.subscriptions import Subscription, Subscriptions
from tests.contracts.racing import RACERS, race, race_of_twenty
from tests.unit.streams.conftest import LIMIT

Announce = Callable[[str], None]
AT_ONCE = 0.0
LONG_SECONDS = 20.0


@pytest.fixture
def announce(subscriptions: Subscriptions, graph: MemoryFollowGraph) -> Announce:
    return announcing(subscriptions, graph)


def announcing(subscriptions: Subscriptions, follows: Follows) -> Announce:
    """Returns a function that announces a tweet of an author and lets the listener handle it."""
    announcements = MemoryAnnouncements(100)
    listener = StreamListener(announcements, follows, subscriptions)

    def announce(author_id: str) -> None:
        announcements.announce(1, author_id)
        listener.listen()

    return announce


def is_woken(subscription: Subscription) -> bool:
    return subscription.wait(AT_ONCE)


def test_a_new_subscription_is_not_woken(subscriptions: Subscriptions) -> None:
    assert not is_woken(subscriptions.open("bob"))


def test_a_tweet_wakes_only_the_authors_followers_once(subscriptions: Subscriptions, announce: Announce) -> None:
    bob, carol, alice = map(subscriptions.open, ("bob", "carol", "alice"))
    announce("alice")
    assert [is_woken(bob), is_woken(carol), is_woken(alice)] == [True, True, False]
    assert [is_woken(bob), is_woken(carol)] == [False, False]


def test_followers_are_looked_up_for_each_tweet(
    subscriptions: Subscriptions, graph: MemoryFollowGraph, announce: Announce
) -> None:
    dave = subscriptions.open("dave")
    announce("alice")
    assert not is_woken(dave)
    graph.follow("dave", "alice")
    announce("alice")
    assert is_woken(dave)
    graph.unfollow("dave", "alice")
    announce("alice")
    assert not is_woken(dave)


def test_a_tweet_wakes_every_subscription_of_a_user(subscriptions: Subscriptions, announce: Announce) -> None:
    both = [subscriptions.open("bob") for _ in range(2)]
    announce("alice")
    assert list(map(is_woken, both)) == [True, True]


def test_several_tweets_before_a_wait_wake_it_once(subscriptions: Subscriptions, announce: Announce) -> None:
    bob = subscriptions.open("bob")
    for _ in range(5):
        announce("alice")
    assert [is_woken(bob), is_woken(bob)] == [True, False]


def test_a_tweet_wakes_a_waiting_stream(subscriptions: Subscriptions, announce: Announce) -> None:
    bob = subscriptions.open("bob")
    woken: list[bool] = []
    race(lambda: woken.append(bob.wait(LONG_SECONDS)), lambda: announce("alice"))
    assert woken == [True]


def test_an_unavailable_graph_wakes_every_stream() -> None:
    class Broken:
        def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
            raise Unavailable(f"{user_id}, {len(other_ids)}")

    subscriptions = Subscriptions(LIMIT)
    dave = subscriptions.open("dave")
    announcing(subscriptions, Broken())("alice")
    assert is_woken(dave)


def test_without_subscriptions_the_graph_is_not_read() -> None:
    class Forbidden:
        def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
            raise AssertionError((user_id, other_ids))

    announcing(Subscriptions(LIMIT), Forbidden())("alice")


def test_the_limit_of_subscriptions_is_enforced_until_one_is_closed(subscriptions: Subscriptions) -> None:
    first, *_ = [subscriptions.open("bob") for _ in range(LIMIT)]
    with pytest.raises(Overloaded, match="3 streams") as refusal:
        subscriptions.open("carol")
    assert refusal.value.retry_after_seconds > 0
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=1)

    first.close()
    assert first.has_ended()
    subscriptions.open("carol")
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=1)


def test_closing_twice_frees_one_place(subscriptions: Subscriptions) -> None:
    first, *_ = [subscriptions.open("bob") for _ in range(LIMIT)]
    first.close()
    first.close()
    assert subscriptions.counts().open == LIMIT - 1


def test_a_closed_subscription_is_not_woken_by_tweets(subscriptions: Subscriptions, announce: Announce) -> None:
    bob = subscriptions.open("bob")
    bob.close()
    assert is_woken(bob), "closing wakes it"
    announce("alice")
    assert not is_woken(bob)


def test_end_wakes_and_ends_all_subscriptions_even_later_ones(subscriptions: Subscriptions) -> None:
    early = [subscriptions.open("dave") for _ in range(LIMIT)]
    subscriptions.end()
    late = subscriptions.open("bob")
    assert all(is_woken(subscription) and subscription.has_ended() for subscription in [*early, late])
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=0)
    late.close()


def test_concurrent_opens_do_not_exceed_the_limit(subscriptions: Subscriptions) -> None:
    def open_one(_: int) -> Subscription | None:
        try:
            return subscriptions.open("bob")
        except Overloaded:
            return None

    opened = [subscription for subscription in race_of_twenty(open_one) if subscription is not None]
    assert len(opened) == LIMIT
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=RACERS - LIMIT)
    race(*(subscription.close for subscription in opened * 4))
    assert subscriptions.counts().open == 0


def test_no_wake_up_is_lost_between_two_waits(subscriptions: Subscriptions, announce: Announce) -> None:
    bob = subscriptions.open("bob")
    published = 0
    seen = threading.Event()

    def publish(_: int) -> None:
        nonlocal published
        published += 1
        announce("alice")

    def read() -> None:
        while published < RACERS - 1:
            assert bob.wait(LONG_SECONDS), "a tweet woke nobody"
        seen.set()

    race(read, *(lambda number=number: publish(number) for number in range(RACERS - 1)))
    assert seen.is_set()


@pytest.mark.parametrize("_round", range(20))
def test_a_subscription_opened_during_end_is_ended_too(_round: int) -> None:
    subscriptions = Subscriptions(RACERS)
    opened: list[Subscription] = []
    race(*(lambda: opened.append(subscriptions.open("bob")),) * 9, subscriptions.end)
    assert all(subscription.has_ended() and is_woken(subscription) for subscription in opened)
