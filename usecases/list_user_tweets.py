"""List the tweets of one user."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.tweet import Tweet
from domain.user import User
from usecases.page import Page, PageRequest, cut


class Tweets(Protocol):
    def frontier(self) -> int: ...

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors strictly between the bounds, newest first."""

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """Returns the tweets with these ids, in their order; None for a tweet that does not exist."""


class ListUserTweets:
    """Lists an author's own tweets page by page, newest first, up to the frontier."""

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets

    def execute(self, request: PageRequest) -> Page[Tweet]:
        user = User(request.user_id)
        wanted = request.limit + 1
        found: list[Tweet] = []
        high = min(request.before, self._tweets.frontier() + 1)
        while len(found) < wanted:
            ids = self._tweets.newest((user.id,), 0, high, wanted)
            # A tweet that was deleted after its id was read is replaced by an older one.
            found += [tweet for tweet in self._tweets.get_many(ids) if tweet is not None]
            if len(ids) < wanted:
                break
            high = ids[-1]
        return cut(found[:wanted], request.limit, position=lambda tweet: tweet.id)
