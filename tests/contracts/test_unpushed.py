"""Tweets that are not, or not yet, in their followers' timelines."""

import pytest

from app.compose.ports import Outbox, Tweets
from tests.contracts.limits import ALL, NEWEST

EVERYBODY = {"alice", "bob", "carol"}


@pytest.fixture
def ids(tweets: Tweets) -> list[int]:
    """Tweets by alice, bob, carol, alice, bob, carol, in this order; oldest first. Those by carol are pulled."""
    authors = ("alice", "bob", "carol") * 2
    return [tweets.publish(author, "hello", pulled=author == "carol", key=None).tweet.id for author in authors]


def test_every_new_tweet_is_unpushed(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)) == ids[::-1]


def test_only_those_of_the_authors_asked_for_are_given(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.unpushed({"carol", "stranger"}, 0, NEWEST, ALL)) == [ids[5], ids[2]]
    assert list(tweets.unpushed({"carol": 1, "bob": 2}.keys(), 0, NEWEST, ALL)) == [ids[5], ids[4], ids[2], ids[1]]
    assert list(tweets.unpushed(set(), 0, NEWEST, ALL)) == []


def test_bounds_are_exclusive_and_the_limit_leaves_the_newest(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.unpushed(EVERYBODY, ids[0], ids[5], ALL)) == ids[4:0:-1]
    assert list(tweets.unpushed(EVERYBODY, ids[0], ids[5], 3)) == ids[4:1:-1]
    assert list(tweets.unpushed(EVERYBODY, ids[5], ids[0], ALL)) == []


def test_a_pushed_tweet_leaves_in_whatever_order(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    for at in (3, 0, 0, 4):
        outbox.done(ids[at])
    assert list(tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)) == [ids[5], ids[2], ids[1]]
    assert tweets.get(ids[0]) is not None


def test_an_author_whose_tweets_are_all_pushed_may_publish_again(
    tweets: Tweets, outbox: Outbox, ids: list[int]
) -> None:
    outbox.done(ids[0])
    outbox.done(ids[3])
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == []
    again = tweets.publish("alice", "again", pulled=False, key=None).tweet
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == [again.id]


def test_a_pulled_tweet_stays_until_it_is_deleted(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    outbox.done(ids[1])
    assert list(tweets.unpushed({"carol"}, 0, NEWEST, ALL)) == [ids[5], ids[2]]
    tweets.delete(ids[5])
    assert list(tweets.unpushed({"carol"}, 0, NEWEST, ALL)) == [ids[2]]


def test_what_was_handed_out_never_changes(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    one, several = tweets.unpushed({"bob"}, 0, NEWEST, ALL), tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)
    before = list(one), list(several)
    tweets.publish("bob", "later", pulled=False, key=None)
    outbox.done(ids[1])
    tweets.delete(ids[4])
    assert (list(one), list(several)) == before
