"""What happens to a tweet between its publication and the timelines of its followers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TweetCreated:
    """A tweet was stored and is to be pushed to the author's followers."""

    tweet_id: int
    author_id: str


@dataclass(frozen=True, slots=True)
class TweetPushed:
    """The tweet is in the last follower's timeline, `seconds` after it was published."""

    tweet_id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """An attempt to push the tweet raised `error`; it is tried again in `retry_in` seconds."""

    tweet_id: int
    attempts: int
    error: str
    retry_in: float


@dataclass(frozen=True, slots=True)
class TweetRedriven:
    """The tweet was a dead letter, and is to be pushed again."""

    tweet_id: int


@dataclass(frozen=True, slots=True)
class TweetDeadLettered:
    """The tweet could not be pushed in `attempts` attempts. It stays unpushed, so readers still see it."""

    tweet_id: int
    author_id: str
    attempts: int
    error: str
    failed_at_ms: int
