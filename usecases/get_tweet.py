"""Get one tweet."""

from typing import Protocol

from domain.errors import TweetNotFound
from domain.tweet import Tweet


class Tweets(Protocol):
    def get(self, tweet_id: int) -> Tweet | None: ...


class GetTweet:
    """Finds a tweet by its id; raises `TweetNotFound` if it never existed or was deleted."""

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets

    def execute(self, tweet_id: int) -> Tweet:
        tweet = self._tweets.get(tweet_id)
        if tweet is None:
            raise TweetNotFound(f"There is no tweet {tweet_id}.")
        return tweet
