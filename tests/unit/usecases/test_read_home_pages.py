"""Paging through a home timeline, and polling it with a since id."""

import pytest

from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import Home


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
def test_the_pages_together_contain_every_tweet_once(home: Home, limit: int) -> None:
    home.follow("bob", "carol")
    for _ in range(5):
        home.publish("bob")
        home.publish("carol")
    pages = home.walk(limit)
    assert [tweet for page in pages for tweet in page] == home.naive()
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert 0 < len(pages[-1]) <= limit


def test_later_pages_contain_no_tweets_published_after_the_first(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 6)
    stored = home.naive()
    pages = home.walk(2, between_pages=lambda: home.publish("bob", 3))
    assert [tweet for page in pages for tweet in page] == stored


def test_pages_stay_full_when_earlier_tweets_are_deleted(home: Home) -> None:
    home.follow("bob")
    published = home.publish("bob", 9)
    home.deliver()
    doomed = iter(published[3:5])
    pages = home.walk(3, between_pages=lambda: [home.tweets.delete(tweet.id) for tweet in doomed])
    assert pages == [published[:3], published[5:8], published[8:]]


def test_an_unfollow_between_two_pages_takes_effect_on_the_second(home: Home) -> None:
    home.follow("bob", "carol")
    for _ in range(4):
        home.publish("bob")
        home.publish("carol")
    home.deliver()
    pages = home.walk(2, between_pages=lambda: home.unfollow("bob"))
    assert {tweet.author_id for page in pages[1:] for tweet in page} == {"carol"}
    assert [len(page) for page in pages] == [2, 2, 1]


def test_a_follow_between_two_pages_takes_effect_on_the_second(home: Home) -> None:
    home.follow("bob")
    for _ in range(4):
        home.publish("carol")
        home.publish("bob")
    pages = home.walk(2, between_pages=lambda: home.follow("carol"))
    assert [tweet for page in pages[1:] for tweet in page] == [
        tweet for tweet in home.naive() if tweet.id < pages[0][-1].id
    ]


def test_the_last_page_is_empty_when_its_tweets_are_deleted(home: Home) -> None:
    home.follow("bob")
    published = home.publish("bob", 3)
    pages = home.walk(2, between_pages=lambda: home.tweets.delete(published[2].id))
    assert pages == [published[:2], []]


def test_a_poll_returns_the_tweets_since_the_last_poll(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 2)
    since_id = home.page().since_id
    assert list(home.page(since_id=since_id).tweets) == []
    fresh = home.publish("bob", 2)
    poll = home.page(since_id=since_id)
    assert list(poll.tweets) == fresh
    assert list(home.page(since_id=poll.since_id).tweets) == []


def test_a_poll_of_several_pages_ends_at_its_since_id(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 3)
    home.deliver()
    since_id = home.page().since_id
    fresh = home.publish("bob", 5)
    assert home.walk(2, since_id=since_id) == [fresh[:2], fresh[2:4], fresh[4:]]


def test_a_poll_since_any_tweet_returns_all_newer_ones(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 2 * CAPACITY)
    home.deliver()
    stored = home.naive()
    for at, tweet in enumerate(stored):
        assert list(home.page(since_id=tweet.id).tweets) == stored[:at]


def test_a_poll_without_new_tweets_keeps_the_since_id(home: Home) -> None:
    assert home.page().since_id == 0
    home.follow("bob")
    home.publish("bob")
    since_id = home.page().since_id
    home.tweets.delete(since_id)
    assert home.page(since_id=since_id).since_id == since_id


def test_a_since_id_is_never_lowered(home: Home) -> None:
    home.follow("bob")
    newest = home.publish("bob")[0].id
    ahead = home.page(since_id=newest + 1000)
    assert (list(ahead.tweets), ahead.since_id, ahead.next) == ([], newest + 1000, None)


def test_a_poll_omits_older_tweets_of_a_new_followee(home: Home) -> None:
    home.follow("bob")
    home.publish("carol", 3)
    since_id = home.page().since_id
    home.follow("carol")
    fresh = home.publish("carol")
    assert list(home.page(since_id=since_id).tweets) == fresh


def test_tweets_by_strangers_advance_the_since_id(home: Home) -> None:
    home.follow("bob")
    stranger = home.publish("stranger")
    assert home.page().since_id == stranger[0].id
