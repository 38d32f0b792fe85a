"""Delete a tweet."""

from dataclasses import dataclass
from typing import Protocol

from domain.errors import TweetNotFound
from domain.tweet import Tweet


@dataclass(frozen=True, slots=True)
class DeleteTweetRequest:
    user_id: str
    tweet_id: int


class Tweets(Protocol):
    def get(self, tweet_id: int) -> Tweet | None: ...

    def delete(self, tweet_id: int) -> bool:
        """Removes tweet, author log entry and unpushed in one step; False when it was gone already."""


class DeleteTweet:
    """Deletes a tweet for its author; no read shows it afterwards.

    Raises `TweetNotFound` when it is not there (of two who delete at once, one is told so), `NotYourTweet` when it is
    somebody else's.
    """

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets

    def execute(self, request: DeleteTweetRequest) -> None:
        tweet = self._tweets.get(request.tweet_id)
        if tweet is not None:
            tweet.check_may_delete(request.user_id)
        if tweet is None or not self._tweets.delete(tweet.id):
            raise TweetNotFound(f"There is no tweet {request.tweet_id}.")
