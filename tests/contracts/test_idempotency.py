"""An idempotency key is written in one step with its tweet."""

from functools import partial

import pytest

from app.compose.ports import Tweets
from tests.contracts.limits import ALL, KEYS_KEPT, NEWEST
from tests.contracts.racing import RACERS, race
from tests.fakes.clock import ManualClock
from usecases.publish_tweet import NEVER_PULLED, IdempotencyKey, Publication

DAY_MS = 24 * 3_600_000


def publish(tweets: Tweets, key: str, *, user_id: str = "alice", digest: str = "d1") -> Publication:
    return tweets.publish(user_id, "hello", pull_from=NEVER_PULLED, key=IdempotencyKey(key, digest))


def test_a_key_publishes_once_and_replays_its_first_publication(tweets: Tweets) -> None:
    first = publish(tweets, "key")
    assert not first.replayed
    again = Publication(first.tweet, "d1", replayed=True)
    assert publish(tweets, "key") == again
    assert publish(tweets, "key", digest="d2") == again
    assert tweets.published_under("alice", "key") == again
    assert tweets.count("alice") == 1
    assert len(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == 1


def test_an_unused_key_has_no_publication(tweets: Tweets) -> None:
    tweets.publish("alice", "hello", pull_from=NEVER_PULLED, key=None)
    assert tweets.published_under("alice", "key") is None


def test_a_replay_returns_a_deleted_tweet_too(tweets: Tweets) -> None:
    first = publish(tweets, "key")
    tweets.delete(first.tweet.id)
    assert publish(tweets, "key").tweet == first.tweet
    assert tweets.count("alice") == 0


@pytest.mark.parametrize(("user_id", "key"), [("bob", "key"), ("alice", "key "), ("alice:key", ""), ("Alice", "key")])
def test_a_key_belongs_to_one_user(tweets: Tweets, user_id: str, key: str) -> None:
    publish(tweets, "key")
    assert not publish(tweets, key, user_id=user_id).replayed


def test_a_key_expires_after_a_day_and_replays_do_not_extend_it(tweets: Tweets, clock: ManualClock) -> None:
    publish(tweets, "key")
    for _ in range(3):
        clock.advance(DAY_MS // 4)
        assert publish(tweets, "key").replayed
    clock.advance(DAY_MS // 4 - 1)
    assert publish(tweets, "key").replayed
    clock.advance(1)
    assert tweets.published_under("alice", "key") is None
    assert not publish(tweets, "key").replayed
    assert publish(tweets, "key").replayed


@pytest.mark.local
def test_a_key_expires_after_a_day_also_when_the_clock_is_set_back(tweets: Tweets, clock: ManualClock) -> None:
    publish(tweets, "key")
    clock.set_back(DAY_MS)
    clock.advance(DAY_MS - 1)
    assert publish(tweets, "key").replayed
    clock.advance(1)
    assert not publish(tweets, "key").replayed


@pytest.mark.local
def test_the_oldest_key_is_dropped_beyond_the_capacity(tweets: Tweets) -> None:
    for number in range(KEYS_KEPT):
        publish(tweets, f"key {number}")
    assert publish(tweets, "key 0").replayed
    publish(tweets, "one more")
    assert tweets.published_under("alice", "key 0") is None
    assert tweets.published_under("alice", "key 1") is not None


def test_concurrent_requests_with_one_key_publish_one_tweet(tweets: Tweets) -> None:
    for number in range(20):
        publications = race(*[partial(publish, tweets, f"key {number}")] * RACERS)
        assert len({each.tweet.id for each in publications}) == 1
        assert [each.replayed for each in publications].count(False) == 1
    assert tweets.count("alice") == 20
