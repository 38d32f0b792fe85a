"""Tweets that are not, or not yet, in their followers' timelines."""

import pytest

from tests.contracts.limits import ALL, NEWEST
from tests.contracts.ports import Tweets

EVERYBODY = {"alice", "bob", "carol"}


@pytest.fixture
def ids(tweets: Tweets) -> list[int]:
    """Tweets by alice, bob, carol, alice, bob, carol, in this order; oldest first. Those by carol are pulled."""
    authors = ("alice", "bob", "carol") * 2
    return [tweets.publish(author, "hello", pulled=author == "carol").id for author in authors]


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


def test_a_pushed_tweet_leaves_in_whatever_order(tweets: Tweets, ids: list[int]) -> None:
    for at in (3, 0, 0, 4):
        tweets.mark_pushed(ids[at])
    assert list(tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)) == [ids[5], ids[2], ids[1]]
    assert tweets.get(ids[0]) is not None


def test_each_tweet_says_whether_it_is_unpushed(tweets: Tweets, ids: list[int]) -> None:
    tweets.mark_pushed(ids[0])
    tweets.delete(ids[1])
    tweets.mark_pushed(ids[3])
    assert [tweets.is_unpushed(tweet_id) for tweet_id in ids] == [False, False, True, False, True, True]
    assert not tweets.is_unpushed(ids[-1] + 1)


def test_an_author_whose_tweets_are_all_pushed_may_publish_again(tweets: Tweets, ids: list[int]) -> None:
    tweets.mark_pushed(ids[0])
    tweets.mark_pushed(ids[3])
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == []
    again = tweets.publish("alice", "again", pulled=False)
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == [again.id]


def test_a_pulled_tweet_stays_until_it_is_deleted(tweets: Tweets, ids: list[int]) -> None:
    tweets.mark_pushed(ids[1])
    tweets.mark_queued(ids[2])
    assert list(tweets.unpushed({"carol"}, 0, NEWEST, ALL)) == [ids[5], ids[2]]
    tweets.delete(ids[5])
    assert list(tweets.unpushed({"carol"}, 0, NEWEST, ALL)) == [ids[2]]


def test_what_was_handed_out_never_changes(tweets: Tweets, ids: list[int]) -> None:
    one, several = tweets.unpushed({"bob"}, 0, NEWEST, ALL), tweets.unpushed(EVERYBODY, 0, NEWEST, ALL)
    before = list(one), list(several)
    tweets.publish("bob", "later", pulled=False)
    tweets.mark_pushed(ids[1])
    tweets.delete(ids[4])
    assert (list(one), list(several)) == before
