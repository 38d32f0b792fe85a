"""List everybody's tweets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.tweet import Tweet
from usecases import tweet_pages
from usecases.page import NEWEST, Page


class Tweets(tweet_pages.Tweets, Protocol):
    def newest_of_all(self, low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of everybody strictly between the bounds, newest first."""


@dataclass(frozen=True, slots=True)
class ListAllTweetsRequest:
    """Asks for at most `limit` tweets older than the position `before`."""

    limit: int
    before: int = NEWEST


class ListAllTweets:
    """Lists everybody's tweets page by page, newest first, up to the frontier."""

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets

    def execute(self, request: ListAllTweetsRequest) -> Page[Tweet]:
        def log(high: int, limit: int) -> Sequence[int]:
            return self._tweets.newest_of_all(0, high, limit)

        return tweet_pages.tweet_page(self._tweets, log, request.limit, request.before)
