"""Walks from page to page, and polls."""

import pytest

from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import Home


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
def test_pages_together_are_everything_once(home: Home, limit: int) -> None:
    home.follow("bob", "carol")
    for _ in range(5):
        home.publish("bob")
        home.publish("carol")
    pages = home.walk(limit)
    assert [tweet for page in pages for tweet in page] == home.naive()
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert 0 < len(pages[-1]) <= limit


def test_a_walk_does_not_see_what_is_published_after_its_first_page(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 6)
    there = home.naive()
    pages = home.walk(2, between_pages=lambda: home.publish("bob", 3))
    assert [tweet for page in pages for tweet in page] == there


def test_pages_stay_full_when_tweets_before_them_are_deleted(home: Home) -> None:
    home.follow("bob")
    published = home.publish("bob", 9)
    home.deliver()
    doomed = iter(published[3:5])
    pages = home.walk(3, between_pages=lambda: [home.tweets.delete(tweet.id) for tweet in doomed])
    assert pages == [published[:3], published[5:8], published[8:]]


def test_what_is_unfollowed_between_two_pages_is_gone_from_the_second(home: Home) -> None:
    home.follow("bob", "carol")
    for _ in range(4):
        home.publish("bob")
        home.publish("carol")
    home.deliver()
    pages = home.walk(2, between_pages=lambda: home.unfollow("bob"))
    assert {tweet.author_id for page in pages[1:] for tweet in page} == {"carol"}
    assert [len(page) for page in pages] == [2, 2, 1]


def test_what_is_followed_between_two_pages_is_on_the_second(home: Home) -> None:
    home.follow("bob")
    for _ in range(4):
        home.publish("carol")
        home.publish("bob")
    pages = home.walk(2, between_pages=lambda: home.follow("carol"))
    assert [tweet for page in pages[1:] for tweet in page] == [
        tweet for tweet in home.naive() if tweet.id < pages[0][-1].id
    ]


def test_a_deleted_rest_leaves_an_empty_last_page(home: Home) -> None:
    home.follow("bob")
    published = home.publish("bob", 3)
    pages = home.walk(2, between_pages=lambda: home.tweets.delete(published[2].id))
    assert pages == [published[:2], []]


def test_a_poll_gives_what_came_after_the_last_one(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 2)
    since_id = home.page().since_id
    assert list(home.page(since_id=since_id).tweets) == []
    fresh = home.publish("bob", 2)
    poll = home.page(since_id=since_id)
    assert list(poll.tweets) == fresh
    assert list(home.page(since_id=poll.since_id).tweets) == []


def test_a_poll_of_many_pages_walks_down_to_its_bound(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 3)
    home.deliver()
    since_id = home.page().since_id
    fresh = home.publish("bob", 5)
    assert home.walk(2, since_id=since_id) == [fresh[:2], fresh[2:4], fresh[4:]]


def test_a_poll_since_any_tweet_gives_all_after_it(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 2 * CAPACITY)
    home.deliver()
    there = home.naive()
    for at, tweet in enumerate(there):
        assert list(home.page(since_id=tweet.id).tweets) == there[:at]


def test_a_poll_while_nothing_happens_keeps_its_since_id(home: Home) -> None:
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


def test_older_tweets_of_a_new_followee_are_not_news(home: Home) -> None:
    home.follow("bob")
    home.publish("carol", 3)
    since_id = home.page().since_id
    home.follow("carol")
    fresh = home.publish("carol")
    assert list(home.page(since_id=since_id).tweets) == fresh


def test_tweets_by_strangers_move_the_since_id_on(home: Home) -> None:
    home.follow("bob")
    stranger = home.publish("stranger")
    assert home.page().since_id == stranger[0].id
