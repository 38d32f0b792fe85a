"""The protocols of the stores that reading and preparing a home timeline need."""

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
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark, atomically.

        Returns `EMPTY_VIEW` if the timeline is absent or not merged yet.
        """

    def install(self, user_id: str) -> tuple[int, int]:
        """Creates the timeline if it is absent. From now on it keeps what is pushed.

        Returns its generation, which no other timeline ever has, and its merge mark, which is 0 before a merge.
        """

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Adds ids of author logs that are complete from `floor` on, for all follows up to `mark`, atomically.

        Does nothing if the timeline of this generation was discarded.
        """

    def discard(self, user_id: str) -> bool:
        """Discards the timeline; returns False if it is absent."""
