"""The looks of a read at stores that are asked one after the other."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from domain.timeline import TimelineView
from domain.tweet import Tweet
from domain.user import Followees


class Tweets(Protocol):
    def frontier(self) -> int:
        """Returns the id up to which no tweet can still appear; 0 before the first tweet."""

    def unpushed(self, author_ids: AbstractSet[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` unpushed ids of these authors strictly between the bounds, newest first."""

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors' logs strictly between the bounds, newest first."""

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """Returns the tweets with these ids, in their order; None for a tweet that does not exist."""


class FollowGraph(Protocol):
    def followees(self, user_id: str) -> Followees:
        """Returns a snapshot of the users that this user follows now."""

    def follows_version(self, user_id: str) -> int:
        """Returns the current `version` of the user's followees; every follow and unfollow of this user raises it."""


class Timelines(Protocol):
    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark, atomically."""


class SeparateLooks:
    """Asks each store on its own, where a question costs nothing but the call.

    A push writes the timeline before it removes the tweet from unpushed. So unpushed comes before the timeline: in the
    other order both looks could miss the tweet.
    """

    def __init__(self, tweets: Tweets, graph: FollowGraph, timelines: Timelines) -> None:
        self._tweets = tweets
        self._graph = graph
        self._timelines = timelines

    def frontier(self) -> int:
        """Returns the id up to which no tweet can still appear."""
        return self._tweets.frontier()

    def first(
        self, user_id: str, low: int, high: int, limit: int, *, include_self: bool
    ) -> tuple[Followees, Sequence[int], TimelineView]:
        """Looks at the follows, then at the unpushed tweets, then at the timeline."""
        followees = self._graph.followees(user_id)
        authors = followees.authors | {user_id} if include_self else followees.authors
        unpushed = self._tweets.unpushed(authors, low, high, limit)
        return followees, unpushed, self._timelines.view(user_id, low, high, limit)

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors' logs strictly between the bounds, newest first."""
        return self._tweets.newest(author_ids, low, high, limit)

    def followees(self, user_id: str) -> Followees:
        """Returns a snapshot of the users that this user follows now."""
        return self._graph.followees(user_id)

    def last(self, user_id: str, tweet_ids: Sequence[int]) -> tuple[list[Tweet | None], int]:
        """Looks at the tweets, then at the version of the follows."""
        return self._tweets.get_many(tweet_ids), self._graph.follows_version(user_id)
