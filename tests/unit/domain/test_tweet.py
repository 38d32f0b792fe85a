import pytest

from domain.errors import NotYourTweet
from domain.tweet import Tweet
from domain.tweet_id import next_tweet_id

NOON_MS = 1_800_000_000_123


def test_the_author_may_delete() -> None:
    Tweet(1, "alice", "hello").check_may_delete("alice")


@pytest.mark.parametrize("other", ["bob", "Alice", ""])
def test_nobody_else_may_delete(other: str) -> None:
    with pytest.raises(NotYourTweet):
        Tweet(1, "alice", "hello").check_may_delete(other)


def test_a_tweet_knows_when_it_was_published() -> None:
    assert Tweet(next_tweet_id(0, NOON_MS, 1023), "alice", "hello").created_at_ms == NOON_MS
