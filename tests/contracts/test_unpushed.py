"""Unpushed tweets are those that are not, or not yet, in their followers' timelines."""

import pytest

from app.compose.ports import Outbox, Tweets
from tests.contracts.limits import ALL, NEWEST
from usecases.publish_tweet import NEVER_PULLED

EVERYBODY = {"alice", "bob", "carol"}


@pytest.fixture
def ids(tweets: Tweets) -> list[int]:
    """The ids of tweets by alice, bob, carol, alice, bob, carol, oldest first; carol's are pulled."""
    authors = ("alice", "bob", "carol") * 2
    return [
        tweets.publish(author, "hello", pull_from=0 if author == "carol" else NEVER_PULLED, key=None).tweet.id
        for author in authors
    ]


def test_every_new_tweet_is_unpushed(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)) == ids[::-1]


def test_only_tweets_of_the_requested_authors_are_returned(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.unpushed({"carol", "stranger"}, 0, NEWEST, ALL)) == [ids[5], ids[2]]
    assert list(tweets.unpushed({"carol": 1, "bob": 2}.keys(), 0, NEWEST, ALL)) == [ids[5], ids[4], ids[2], ids[1]]
    assert list(tweets.unpushed(set(), 0, NEWEST, ALL)) == []


def test_bounds_are_exclusive_and_the_limit_keeps_the_newest(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.unpushed(EVERYBODY, ids[0], ids[5], ALL)) == ids[4:0:-1]
    assert list(tweets.unpushed(EVERYBODY, ids[0], ids[5], 3)) == ids[4:1:-1]
    assert list(tweets.unpushed(EVERYBODY, ids[5], ids[0], ALL)) == []


def test_tweets_may_be_pushed_in_any_order(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    for at in (3, 0, 0, 4):
        outbox.done(ids[at])
    assert list(tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)) == [ids[5], ids[2], ids[1]]
    assert tweets.get(ids[0]) is not None


def test_an_author_whose_tweets_are_all_pushed_can_publish_again(
    tweets: Tweets, outbox: Outbox, ids: list[int]
) -> None:
    outbox.done(ids[0])
    outbox.done(ids[3])
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == []
    again = tweets.publish("alice", "again", pull_from=NEVER_PULLED, key=None).tweet
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == [again.id]


def test_a_pulled_tweet_is_unpushed_until_it_is_deleted(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    outbox.done(ids[1])
    assert list(tweets.unpushed({"carol"}, 0, NEWEST, ALL)) == [ids[5], ids[2]]
    tweets.delete(ids[5])
    assert list(tweets.unpushed({"carol"}, 0, NEWEST, ALL)) == [ids[2]]


def test_a_returned_list_never_changes(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    one, several = tweets.unpushed({"bob"}, 0, NEWEST, ALL), tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)
    before = list(one), list(several)
    tweets.publish("bob", "later", pull_from=NEVER_PULLED, key=None)
    outbox.done(ids[1])
    tweets.delete(ids[4])
    assert (list(one), list(several)) == before
