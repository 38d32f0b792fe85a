import random

import pytest

from app.compose.ports import Outbox, Tweets
from tests.contracts.limits import ALL, NEWEST
from usecases.publish_tweet import NEVER_PULLED


@pytest.fixture
def ids(tweets: Tweets) -> list[int]:
    """The ids of tweets by alice, bob, carol, alice, bob, carol, oldest first."""
    return [
        tweets.publish(author, "hello", pull_from=NEVER_PULLED, key=None).tweet.id
        for author in ("alice", "bob", "carol") * 2
    ]


def test_the_log_of_one_author_is_newest_first(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.newest(["bob"], 0, NEWEST, ALL)) == [ids[4], ids[1]]


def test_the_logs_of_several_authors_are_merged(tweets: Tweets, ids: list[int]) -> None:
    assert list(tweets.newest(["carol", "alice"], 0, NEWEST, ALL)) == [ids[5], ids[3], ids[2], ids[0]]
    assert list(tweets.newest(iter(["carol", "alice"]), 0, NEWEST, ALL)) == [ids[5], ids[3], ids[2], ids[0]]


def test_bounds_are_exclusive(tweets: Tweets, ids: list[int]) -> None:
    everybody = ["alice", "bob", "carol"]
    assert list(tweets.newest(everybody, ids[1], ids[4], ALL)) == [ids[3], ids[2]]
    assert list(tweets.newest(everybody, ids[1] - 1, ids[4] + 1, ALL)) == ids[4:0:-1]
    assert list(tweets.newest(everybody, ids[2], ids[3], ALL)) == []
    assert list(tweets.newest(everybody, ids[4], ids[1], ALL)) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
def test_the_limit_keeps_the_newest_tweets(tweets: Tweets, ids: list[int], limit: int) -> None:
    assert list(tweets.newest(["alice", "bob", "carol"], 0, NEWEST, limit)) == ids[::-1][:limit]


@pytest.mark.usefixtures("ids")
def test_unknown_authors_have_an_empty_log(tweets: Tweets) -> None:
    assert list(tweets.newest([], 0, NEWEST, ALL)) == []
    assert list(tweets.newest(["stranger", "Alice"], 0, NEWEST, ALL)) == []


def test_pushed_and_pulled_tweets_stay_in_the_log(tweets: Tweets, outbox: Outbox, ids: list[int]) -> None:
    outbox.done(ids[0])
    pulled = tweets.publish("alice", "hello", pull_from=0, key=None).tweet
    assert list(tweets.newest(["alice"], 0, NEWEST, ALL)) == [pulled.id, ids[3], ids[0]]


def test_a_returned_log_never_changes(tweets: Tweets, ids: list[int]) -> None:
    one, several = tweets.newest(["bob"], 0, NEWEST, ALL), tweets.newest(["bob", "carol"], 0, NEWEST, ALL)
    before = list(one), list(several)
    tweets.publish("bob", "later", pull_from=NEVER_PULLED, key=None)
    tweets.delete(ids[1])
    assert (list(one), list(several)) == before


@pytest.mark.parametrize("seed", range(3))
def test_the_newest_of_authors_who_publish_at_different_rates(tweets: Tweets, seed: int) -> None:
    chance = random.Random(seed)
    authors = [f"author{number}" for number in range(12)]
    rates = [4.0 ** chance.randrange(5) for _ in authors]
    published = [
        (author, tweets.publish(author, "hello", pull_from=NEVER_PULLED, key=None).tweet.id)
        for author in chance.choices(authors, rates, k=200)
    ]
    for _ in range(60):
        some = chance.sample(authors, chance.randint(1, len(authors)))
        low, high = sorted(chance.sample([0, NEWEST, *(id_ for _, id_ in published)], 2))
        limit = chance.choice([1, 2, 5, 20, 150])
        expected = [id_ for author, id_ in reversed(published) if author in some and low < id_ < high][:limit]
        assert list(tweets.newest(some, low, high, limit)) == expected
