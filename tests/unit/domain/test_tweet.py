import pytest

from domain.errors import NotYourTweet
from domain.tweet import Tweet
from domain.tweet_id import next_tweet_id

NOON_MS = 1_800_000_000_123


def test_the_author_may_delete_the_tweet() -> None:
    Tweet(1, "alice", "hello").check_may_delete("alice")


@pytest.mark.parametrize("other", ["bob", "Alice", ""])
def test_another_user_may_not_delete_the_tweet(other: str) -> None:
    with pytest.raises(NotYourTweet):
        Tweet(1, "alice", "hello").check_may_delete(other)


def test_a_tweets_creation_time_comes_from_its_id() -> None:
    assert Tweet(next_tweet_id(0, NOON_MS, 1023), "alice", "hello").created_at_ms == NOON_MS
