"""All that a store of dead letters holds."""

from typing import Protocol

from domain.events import TweetDeadLettered
from domain.tweet_id import MAX_TWEET_ID

MORE_THAN_ANY_TEST_PUTS = 100_000


class Listed(Protocol):
    def before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]: ...


def kept(dead_letters: Listed) -> list[TweetDeadLettered]:
    """The letters, newest tweet first."""
    return dead_letters.before(MAX_TWEET_ID, MORE_THAN_ANY_TEST_PUTS)
