"""A page of the home timeline equals the naive query over tweets and follows."""

import pytest

from domain.delivery import RetryPolicy
from domain.timeline import EMPTY_VIEW
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.stores import MemoryOptions, open_memory
from tests.fakes.clock import ManualClock
from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home
from usecases.home_timeline.read import STALE_ENTRIES_MAX


def newest(home: Home, *, include_self: bool = False) -> list[int]:
    return [tweet.id for tweet in home.page(include_self=include_self).tweets]


def naive(home: Home, *, include_self: bool = False) -> list[int]:
    return [tweet.id for tweet in home.naive(include_self=include_self)]


def test_a_reader_without_followees_has_an_empty_page(home: Home) -> None:
    home.publish("bob")
    home.publish(ALICE)
    assert newest(home) == []


def test_tweets_of_followees_come_newest_first(home: Home) -> None:
    home.follow("bob", "carol")
    expected = [*home.publish("bob"), *home.publish("carol"), *home.publish("bob")][::-1]
    home.publish("stranger")
    assert list(home.page().tweets) == expected


def test_a_tweet_is_visible_before_and_after_its_push(home: Home) -> None:
    home.follow("bob")
    home.page()
    home.publish("bob")
    unpushed = newest(home)
    home.deliver()
    assert len(unpushed) == 1
    assert newest(home) == unpushed


def test_a_pulled_tweet_is_visible_like_any_other(home: Home) -> None:
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


def test_an_unfollow_takes_effect_at_once(home: Home) -> None:
    home.follow("bob", "carol")
    home.publish("bob", 2)
    kept = home.publish("carol")
    home.deliver()
    home.page()
    home.unfollow("bob")
    assert list(home.page().tweets) == kept


def test_a_refollow_shows_tweets_published_while_unfollowed(home: Home) -> None:
    home.follow("bob")
    home.publish("bob")
    home.page()
    home.unfollow("bob")
    home.publish("bob")
    home.deliver()
    home.follow("bob")
    assert newest(home) == naive(home)
    assert len(naive(home)) == 2


def test_a_deleted_tweet_is_replaced_by_an_older_one(home: Home) -> None:
    home.follow("bob")
    published = home.publish("bob", 5)
    home.deliver()
    home.page()
    home.tweets.delete(published[1].id)
    assert list(home.page(3).tweets) == [published[0], *published[2:4]]


def test_the_readers_own_tweets_are_included_only_on_request(home: Home) -> None:
    home.follow("bob")
    for _ in range(3):
        home.publish(ALICE)
        home.publish("bob")
        home.publish(ALICE, pulled=True)
    home.deliver()
    assert newest(home) == naive(home)
    assert newest(home, include_self=True) == naive(home, include_self=True)
    assert len(naive(home, include_self=True)) == 9


def test_a_reader_without_followees_can_include_their_own_tweets(home: Home) -> None:
    home.publish(ALICE, 3)
    home.deliver()
    assert newest(home, include_self=True) == naive(home, include_self=True)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_continue_below_the_floor(home: Home, limit: int) -> None:
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


def test_an_old_tweet_that_is_pushed_late_is_shown_exactly_once(home: Home) -> None:
    home.follow("bob", "carol")
    late = home.publish("bob")
    home.page()
    for _ in range(2 * CAPACITY):
        home.publish("carol")
    home.deliver()
    assert newest(home) == naive(home)
    assert newest(home)[-1] == late[0].id


def test_a_read_after_a_discard_returns_the_same_page(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", CAPACITY + 5)
    home.deliver()
    before = newest(home)
    home.timelines.discard(ALICE)
    assert newest(home) == before


@pytest.mark.parametrize(("stale", "discarded"), [(STALE_ENTRIES_MAX, False), (STALE_ENTRIES_MAX + 1, True)])
def test_a_timeline_with_too_many_stale_entries_is_discarded(stale: int, *, discarded: bool) -> None:
    options = MemoryOptions(RetryPolicy(3, jitter=lambda: 1.0), timeline_capacity=1000)
    home = Home(open_memory(options, ManualClock()), capacity=1000)
    home.follow("bob", "carol")
    home.publish("carol")
    home.publish("bob", stale)
    home.page()
    home.unfollow("bob")
    assert newest(home) == naive(home)
    assert (home.timelines.view(ALICE, 0, MAX_TWEET_ID, 1) == EMPTY_VIEW) == discarded
    assert newest(home) == naive(home)
