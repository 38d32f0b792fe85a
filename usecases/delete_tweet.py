"""Delete a tweet."""

from dataclasses import dataclass
from typing import Protocol

from domain.errors import TweetNotFound
from domain.tweet import Tweet
from usecases.allowance import AllowanceLeft, WriteAllowance


@dataclass(frozen=True, slots=True)
class DeleteTweetRequest:
    user_id: str
    tweet_id: int


class Tweets(Protocol):
    def get(self, tweet_id: int) -> Tweet | None: ...

    def delete(self, tweet_id: int) -> bool:
        """Removes tweet, author log entry and outbox row in one step; returns False if the tweet was gone already."""


class Announcements(Protocol):
    def announce_deletion(self, tweet_id: int, author_id: str) -> None:
        """Tells the streams that the tweet is gone; never waits or raises. A lost announcement is not repeated."""


class DeleteTweet:
    """Deletes a tweet for its author; no read shows it afterwards, and the followers' open streams are told.

    Raises `TweetNotFound` if there is no such tweet (if two requests delete it at once, the second gets this), and
    `NotYourTweet` if the user is not the author.
    """

    def __init__(self, tweets: Tweets, announcements: Announcements, allowance: WriteAllowance) -> None:
        self._tweets = tweets
        self._announcements = announcements
        self._allowance = allowance

    def execute(self, request: DeleteTweetRequest) -> AllowanceLeft | None:
        """Returns the user's remaining writes; None if writes are not limited."""
        tweet = self._tweets.get(request.tweet_id)
        if tweet is None:
            raise _not_found(request.tweet_id)
        tweet.check_may_delete(request.user_id)
        left = self._allowance.spend(request.user_id)
        if not self._tweets.delete(tweet.id):
            raise _not_found(request.tweet_id)
        self._announcements.announce_deletion(tweet.id, tweet.author_id)
        return left


def _not_found(tweet_id: int) -> TweetNotFound:
    return TweetNotFound(f"There is no tweet {tweet_id}.")
