"""Idempotency keys, which are written in one step with the tweet."""

from functools import partial

import pytest

from app.compose.ports import Tweets
from app.testing import ManualClock
from tests.contracts.limits import ALL, KEYS_KEPT, NEWEST
from tests.contracts.racing import RACERS, race
from usecases.publish_tweet import IdempotencyKey, Publication

DAY_MS = 24 * 3_600_000


def publish(tweets: Tweets, key: str, *, user_id: str = "alice", digest: str = "d1") -> Publication:
    return tweets.publish(user_id, "hello", pulled=False, key=IdempotencyKey(key, digest))


def test_a_key_publishes_once_and_answers_with_what_it_was_first_used_for(tweets: Tweets) -> None:
    first = publish(tweets, "key")
    assert not first.replayed
    again = Publication(first.tweet, "d1", replayed=True)
    assert publish(tweets, "key") == again
    assert publish(tweets, "key", digest="d2") == again
    assert tweets.published_under("alice", "key") == again
    assert tweets.count("alice") == 1
    assert len(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == 1


def test_a_key_that_was_not_used_says_nothing(tweets: Tweets) -> None:
    tweets.publish("alice", "hello", pulled=False, key=None)
    assert tweets.published_under("alice", "key") is None


def test_a_deleted_tweet_is_still_the_answer(tweets: Tweets) -> None:
    first = publish(tweets, "key")
    tweets.delete(first.tweet.id)
    assert publish(tweets, "key").tweet == first.tweet
    assert tweets.count("alice") == 0


@pytest.mark.parametrize(("user_id", "key"), [("bob", "key"), ("alice", "key "), ("alice:key", ""), ("Alice", "key")])
def test_users_and_keys_do_not_mix(tweets: Tweets, user_id: str, key: str) -> None:
    publish(tweets, "key")
    assert not publish(tweets, key, user_id=user_id).replayed


def test_a_key_is_free_again_after_a_day_and_repeats_do_not_keep_it_longer(tweets: Tweets, clock: ManualClock) -> None:
    publish(tweets, "key")
    for _ in range(3):
        clock.advance(DAY_MS // 4)
        assert publish(tweets, "key").replayed
    clock.set_back(DAY_MS)
    clock.advance(DAY_MS // 4 - 1)
    assert publish(tweets, "key").replayed
    clock.advance(1)
    assert tweets.published_under("alice", "key") is None
    assert not publish(tweets, "key").replayed
    assert publish(tweets, "key").replayed


def test_over_the_capacity_the_oldest_keys_go(tweets: Tweets) -> None:
    for number in range(KEYS_KEPT):
        publish(tweets, f"key {number}")
    assert publish(tweets, "key 0").replayed
    publish(tweets, "one more")
    assert tweets.published_under("alice", "key 0") is None
    assert tweets.published_under("alice", "key 1") is not None


def test_of_twenty_at_once_one_publishes_and_all_get_its_tweet(tweets: Tweets) -> None:
    for number in range(20):
        publications = race(*[partial(publish, tweets, f"key {number}")] * RACERS)
        assert len({each.tweet.id for each in publications}) == 1
        assert [each.replayed for each in publications].count(False) == 1
    assert tweets.count("alice") == 20
