"""Subscriptions, and the listener: an author's tweet wakes the streams of the author's followers, and no others."""

import threading
from collections.abc import Callable, Sequence

import pytest

from domain.errors import Overloaded, Unavailable
from infrastructure.counts import StreamCounts
from infrastructure.memory.events import MemoryAnnouncements
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.users import Users
from infrastructure.streams.listener import Follows, StreamListener
from infrastructure.streams.subscriptions import Subscription, Subscriptions
from tests.contracts.racing import RACERS, race, race_of_twenty

LIMIT = 3

Tell = Callable[[str], None]
AT_ONCE = 0.0
LONG_SECONDS = 20.0


@pytest.fixture
def graph() -> MemoryFollowGraph:
    graph = MemoryFollowGraph(Users())
    for follower in ("bob", "carol"):
        graph.follow(follower, "alice")
    return graph


@pytest.fixture
def subscriptions() -> Subscriptions:
    return Subscriptions(LIMIT)


@pytest.fixture
def tell(subscriptions: Subscriptions, graph: MemoryFollowGraph) -> Tell:
    return telling(subscriptions, graph)


def telling(subscriptions: Subscriptions, follows: Follows) -> Tell:
    """Announces a tweet of the author's, and has the listener take the announcement."""
    announcements = MemoryAnnouncements(100)
    listener = StreamListener(announcements, follows, subscriptions)

    def tell(author_id: str) -> None:
        announcements.announce(1, author_id)
        listener.listen()

    return tell


def is_woken(subscription: Subscription) -> bool:
    return subscription.wait(AT_ONCE)


def test_a_new_one_is_not_woken(subscriptions: Subscriptions) -> None:
    assert not is_woken(subscriptions.open("bob"))


def test_a_tweet_wakes_its_authors_followers_once_and_nobody_else(subscriptions: Subscriptions, tell: Tell) -> None:
    bob, carol, alice = map(subscriptions.open, ("bob", "carol", "alice"))
    tell("alice")
    assert [is_woken(bob), is_woken(carol), is_woken(alice)] == [True, True, False]
    assert [is_woken(bob), is_woken(carol)] == [False, False]


def test_followers_are_looked_up_at_each_tweet(
    subscriptions: Subscriptions, graph: MemoryFollowGraph, tell: Tell
) -> None:
    dave = subscriptions.open("dave")
    tell("alice")
    assert not is_woken(dave)
    graph.follow("dave", "alice")
    tell("alice")
    assert is_woken(dave)
    graph.unfollow("dave", "alice")
    tell("alice")
    assert not is_woken(dave)


def test_every_subscription_of_one_user_is_woken(subscriptions: Subscriptions, tell: Tell) -> None:
    both = [subscriptions.open("bob") for _ in range(2)]
    tell("alice")
    assert list(map(is_woken, both)) == [True, True]


def test_many_tweets_wake_once(subscriptions: Subscriptions, tell: Tell) -> None:
    bob = subscriptions.open("bob")
    for _ in range(5):
        tell("alice")
    assert [is_woken(bob), is_woken(bob)] == [True, False]


def test_a_tweet_wakes_a_stream_that_waits(subscriptions: Subscriptions, tell: Tell) -> None:
    bob = subscriptions.open("bob")
    woken: list[bool] = []
    race(lambda: woken.append(bob.wait(LONG_SECONDS)), lambda: tell("alice"))
    assert woken == [True]


def test_a_graph_that_does_not_answer_wakes_everybody() -> None:
    class Broken:
        def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
            raise Unavailable(f"{user_id}, {len(other_ids)}")

    subscriptions = Subscriptions(LIMIT)
    dave = subscriptions.open("dave")
    telling(subscriptions, Broken())("alice")
    assert is_woken(dave)


def test_without_subscriptions_nothing_is_looked_up() -> None:
    class Forbidden:
        def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
            raise AssertionError((user_id, other_ids))

    telling(Subscriptions(LIMIT), Forbidden())("alice")


def test_at_the_limit_one_more_is_refused_until_one_is_closed(subscriptions: Subscriptions) -> None:
    first, *_ = [subscriptions.open("bob") for _ in range(LIMIT)]
    with pytest.raises(Overloaded, match="3 streams") as refusal:
        subscriptions.open("carol")
    assert refusal.value.retry_after_seconds > 0
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=1)

    first.close()
    assert first.has_ended()
    subscriptions.open("carol")
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=1)


def test_closing_twice_gives_one_place_back(subscriptions: Subscriptions) -> None:
    first, *_ = [subscriptions.open("bob") for _ in range(LIMIT)]
    first.close()
    first.close()
    assert subscriptions.counts().open == LIMIT - 1


def test_a_closed_one_is_woken_no_more(subscriptions: Subscriptions, tell: Tell) -> None:
    bob = subscriptions.open("bob")
    bob.close()
    assert is_woken(bob), "by its end"
    tell("alice")
    assert not is_woken(bob)


def test_the_end_wakes_and_ends_all_and_those_opened_later(subscriptions: Subscriptions) -> None:
    early = [subscriptions.open("dave") for _ in range(LIMIT)]
    subscriptions.end()
    late = subscriptions.open("bob")
    assert all(is_woken(subscription) and subscription.has_ended() for subscription in [*early, late])
    assert subscriptions.counts() == StreamCounts(open=LIMIT, capacity=LIMIT, shed=0)
    late.close()


def test_of_twenty_at_once_as_many_get_in_as_there_is_room_for(subscriptions: Subscriptions) -> None:
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


def test_no_wake_is_lost_between_a_wait_and_the_next(subscriptions: Subscriptions, tell: Tell) -> None:
    bob = subscriptions.open("bob")
    published = 0
    seen = threading.Event()

    def publish(_: int) -> None:
        nonlocal published
        published += 1
        tell("alice")

    def read() -> None:
        while published < RACERS - 1:
            assert bob.wait(LONG_SECONDS), "a tweet woke nobody"
        seen.set()

    race(read, *(lambda number=number: publish(number) for number in range(RACERS - 1)))
    assert seen.is_set()


@pytest.mark.parametrize("_round", range(20))
def test_the_end_and_an_opening_at_once_leave_none_that_waits_for_ever(_round: int) -> None:
    subscriptions = Subscriptions(RACERS)
    opened: list[Subscription] = []
    race(*(lambda: opened.append(subscriptions.open("bob")),) * 9, subscriptions.end)
    assert all(subscription.has_ended() and is_woken(subscription) for subscription in opened)
