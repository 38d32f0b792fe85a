"""List the tweets of one user."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.tweet import Tweet
from domain.user import User
from usecases.page import Page, PageRequest, cut


class Tweets(Protocol):
    def frontier(self) -> int: ...

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` ids of these authors strictly between the bounds, newest first."""

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """The tweets with these ids, in their order; None for those that are not there."""


class ListUserTweets:
    """One page of an author's own tweets, newest first, up to the frontier."""

    def __init__(self, tweets: Tweets) -> None:
        self._tweets = tweets

    def execute(self, request: PageRequest) -> Page[Tweet]:
        user = User(request.user_id)
        wanted = request.limit + 1
        found: list[Tweet] = []
        high = min(request.before, self._tweets.frontier() + 1)
        while len(found) < wanted:
            ids = self._tweets.newest((user.id,), 0, high, wanted)
            # One that was deleted since its id was looked up makes room for an older one.
            found += [tweet for tweet in self._tweets.get_many(ids) if tweet is not None]
            if len(ids) < wanted:
                break
            high = ids[-1]
        return cut(found[:wanted], request.limit, position=lambda tweet: tweet.id)
