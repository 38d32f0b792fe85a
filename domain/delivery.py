"""The delivery of a tweet to its author's followers, and the policy for retries."""

from collections.abc import Callable
from dataclasses import dataclass

FIRST_SLICE = 0
"""The position before the first follower; every follow id is larger."""

BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_MAX_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A tweet that is being pushed. It has reached all followers with follow ids up to `after`."""

    tweet_id: int
    author_id: str
    after: int = FIRST_SLICE


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter and a maximum number of attempts.

    See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
    """

    max_attempts: int
    jitter: Callable[[], float]
    """Returns a random number from 0 to 1."""

    def retry_in(self, attempts: int) -> float | None:
        """Returns the seconds to the next attempt after `attempts` failures in a row; None to give the tweet up."""
        if attempts >= self.max_attempts:
            return None
        longest = BACKOFF_FIRST_SECONDS * 2.0 ** min(attempts - 1, 20)
        return min(longest, BACKOFF_MAX_SECONDS) * self.jitter()
