"""What is on the pages of a home timeline."""

import pytest

from app.testing import ManualClock
from domain.delivery import RetryPolicy
from domain.timeline import EMPTY_VIEW
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.stores import MemoryOptions, open_memory
from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home
from usecases.home_timeline.read import STALE_ENTRIES_MAX


def newest(home: Home, *, include_self: bool = False) -> list[int]:
    return [tweet.id for tweet in home.page(include_self=include_self).tweets]


def naive(home: Home, *, include_self: bool = False) -> list[int]:
    return [tweet.id for tweet in home.naive(include_self=include_self)]


def test_who_follows_nobody_reads_nothing(home: Home) -> None:
    home.publish("bob")
    home.publish(ALICE)
    assert newest(home) == []


def test_tweets_of_followees_come_newest_first(home: Home) -> None:
    home.follow("bob", "carol")
    expected = [*home.publish("bob"), *home.publish("carol"), *home.publish("bob")][::-1]
    home.publish("stranger")
    assert list(home.page().tweets) == expected


def test_a_tweet_is_read_whether_it_is_pushed_or_not(home: Home) -> None:
    home.follow("bob")
    home.page()
    home.publish("bob")
    unpushed = newest(home)
    home.deliver()
    assert len(unpushed) == 1
    assert newest(home) == unpushed


def test_a_pulled_tweet_is_read_like_any_other(home: Home) -> None:
    home.follow("bob")
    home.publish("bob")
    home.publish("bob", pulled=True)
    home.publish("bob")
    assert len(newest(home)) == 3
    home.deliver()
    assert newest(home) == naive(home)


def test_a_follow_shows_all_older_tweets_at_once(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 2)
    home.publish("carol", 3)
    home.deliver()
    assert len(newest(home)) == 2
    home.follow("carol")
    assert len(newest(home)) == 5


def test_an_unfollow_shows_at_once(home: Home) -> None:
    home.follow("bob", "carol")
    home.publish("bob", 2)
    kept = home.publish("carol")
    home.deliver()
    home.page()
    home.unfollow("bob")
    assert list(home.page().tweets) == kept


def test_a_refollow_brings_back_what_was_published_meanwhile(home: Home) -> None:
    home.follow("bob")
    home.publish("bob")
    home.page()
    home.unfollow("bob")
    home.publish("bob")
    home.deliver()
    home.follow("bob")
    assert newest(home) == naive(home)
    assert len(naive(home)) == 2


def test_a_deleted_tweet_makes_room_for_an_older_one(home: Home) -> None:
    home.follow("bob")
    published = home.publish("bob", 5)
    home.deliver()
    home.page()
    home.tweets.delete(published[1].id)
    assert list(home.page(3).tweets) == [published[0], *published[2:4]]


def test_ones_own_tweets_are_shown_on_demand_only(home: Home) -> None:
    home.follow("bob")
    for _ in range(3):
        home.publish(ALICE)
        home.publish("bob")
        home.publish(ALICE, pulled=True)
    home.deliver()
    assert newest(home) == naive(home)
    assert newest(home, include_self=True) == naive(home, include_self=True)
    assert len(naive(home, include_self=True)) == 9


def test_who_follows_nobody_may_read_ones_own(home: Home) -> None:
    home.publish(ALICE, 3)
    home.deliver()
    assert newest(home, include_self=True) == naive(home, include_self=True)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_timeline_does_not_end_at_its_floor(home: Home, limit: int) -> None:
    home.follow("bob", "carol")
    for _ in range(CAPACITY):
        home.publish("bob")
        home.deliver()
        home.page()
        home.publish("carol", pulled=True)
        home.publish(ALICE)
    for include_self in (False, True):
        pages = home.walk(limit, include_self=include_self)
        assert [tweet for page in pages for tweet in page] == home.naive(include_self=include_self)


def test_an_old_tweet_pushed_late_is_neither_lost_nor_doubled(home: Home) -> None:
    home.follow("bob", "carol")
    late = home.publish("bob")
    home.page()
    for _ in range(2 * CAPACITY):
        home.publish("carol")
    home.deliver()
    assert newest(home) == naive(home)
    assert newest(home)[-1] == late[0].id


def test_a_timeline_that_was_thrown_away_reads_the_same(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", CAPACITY + 5)
    home.deliver()
    before = newest(home)
    home.timelines.discard(ALICE)
    assert newest(home) == before


@pytest.mark.parametrize(("stale", "thrown_away"), [(STALE_ENTRIES_MAX, False), (STALE_ENTRIES_MAX + 1, True)])
def test_a_timeline_with_many_entries_to_drop_is_thrown_away(stale: int, *, thrown_away: bool) -> None:
    options = MemoryOptions(RetryPolicy(3, jitter=lambda: 1.0), timeline_capacity=1000)
    home = Home(open_memory(options, ManualClock()), capacity=1000)
    home.follow("bob", "carol")
    home.publish("carol")
    home.publish("bob", stale)
    home.page()
    home.unfollow("bob")
    assert newest(home) == naive(home)
    assert (home.timelines.view(ALICE, 0, MAX_TWEET_ID, 1) == EMPTY_VIEW) == thrown_away
    assert newest(home) == naive(home)
