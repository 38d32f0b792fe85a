"""List the tweets of one user."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.tweet import Tweet
from domain.user import User
from usecases import tweet_pages
from usecases.page import Page, PageRequest


class Tweets(tweet_pages.Tweets, Protocol):
    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors strictly between the bounds, newest first."""


class ListUserTweets:
    """Lists an author's own tweets page by page, newest first, up to the frontier."""

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets

    def execute(self, request: PageRequest) -> Page[Tweet]:
        author = (User(request.user_id).id,)

        def log(high: int, limit: int) -> Sequence[int]:
            return self._tweets.newest(author, 0, high, limit)

        return tweet_pages.tweet_page(self._tweets, log, request.limit, request.before)
