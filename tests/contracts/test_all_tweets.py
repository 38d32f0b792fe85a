"""The tweets of everybody in one list."""

import pytest

from app.compose.ports import Outbox, Tweets
from tests.contracts.limits import ALL, NEWEST
from usecases.publish_tweet import NEVER_PULLED


@pytest.fixture
def ids(tweets: Tweets) -> list[int]:
    """The ids of tweets by alice, bob, carol, alice, bob, carol, oldest first; every second one is pulled."""
    authors = ("alice", "bob", "carol") * 2
    return [
        tweets.publish(author, "hello", pull_from=0 if number % 2 == 0 else NEVER_PULLED, key=None).tweet.id
        for number, author in enumerate(authors)
    ]


def test_an_empty_store_has_no_tweets(tweets: Tweets) -> None:
    assert list(tweets.newest_of_all(0, NEWEST, ALL)) == []


def test_everybodys_tweets_are_newest_first(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.newest_of_all(0, NEWEST, ALL)) == ids[::-1]


def test_bounds_of_all_are_exclusive(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.newest_of_all(ids[1], ids[4], ALL)) == [ids[3], ids[2]]
    assert list(tweets.newest_of_all(ids[1] - 1, ids[4] + 1, ALL)) == ids[4:0:-1]
    assert list(tweets.newest_of_all(ids[2], ids[3], ALL)) == []
    assert list(tweets.newest_of_all(ids[4], ids[1], ALL)) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
def test_the_limit_keeps_the_newest_of_all(tweets: Tweets, ids: list[int], limit: int) -> None:
    assert list(tweets.newest_of_all(0, NEWEST, limit)) == ids[::-1][:limit]


def test_pushed_tweets_stay(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    outbox.done(ids[1])
    assert list(tweets.newest_of_all(0, NEWEST, ALL)) == ids[::-1]


def test_deleted_tweets_leave(tweets: Tweets, ids: list[int]) -> None:
    for gone in (ids[0], ids[2], ids[5], ids[2]):
        tweets.delete(gone)
    assert list(tweets.newest_of_all(0, NEWEST, ALL)) == [ids[4], ids[3], ids[1]]
    new = tweets.publish("alice", "hello", pull_from=NEVER_PULLED, key=None).tweet.id
    assert list(tweets.newest_of_all(0, NEWEST, 2)) == [new, ids[4]]


def test_a_returned_list_never_changes(tweets: Tweets, ids: list[int]) -> None:
    seen = tweets.newest_of_all(0, NEWEST, ALL)
    before = list(seen)
    tweets.publish("bob", "later", pull_from=NEVER_PULLED, key=None)
    tweets.delete(ids[1])
    assert list(seen) == before
