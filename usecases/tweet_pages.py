"""Pages of tweets out of a log of ids."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from domain.tweet import Tweet
from usecases.page import Page, cut

Log = Callable[[int, int], Sequence[int]]
"""Returns the newest ids of a log below a bound, newest first: `log(high, limit)`."""


class Tweets(Protocol):
    def frontier(self) -> int: ...

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """Returns the tweets with these ids, in their order; None for a tweet that does not exist."""


def tweet_page(tweets: Tweets, log: Log, limit: int, before: int) -> Page[Tweet]:
    """Returns a page of the log's tweets with ids below `before`, up to the frontier; only the last page is short."""
    # The frontier comes first: what is read below it is complete.
    high = min(before, tweets.frontier() + 1)
    wanted = limit + 1
    found: list[Tweet] = []
    while len(found) < wanted:
        ids = log(high, wanted)
        # A tweet that was deleted after its id was read is replaced by an older one.
        found += [tweet for tweet in tweets.get_many(ids) if tweet is not None]
        if len(ids) < wanted:
            break
        high = ids[-1]
    return cut(found[:wanted], limit, position=lambda tweet: tweet.id)
