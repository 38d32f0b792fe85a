"""What reading and preparing a home timeline need from the stores."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from domain.timeline import TimelineView
from domain.tweet import Tweet
from domain.user import Followees


class Tweets(Protocol):
    def frontier(self) -> int:
        """The id up to which nothing can still appear; 0 before the first tweet."""

    def unpushed(self, author_ids: AbstractSet[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` unpushed ids of these authors strictly between the bounds, newest first."""

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` ids of these authors' logs strictly between the bounds, newest first."""

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """The tweets with these ids, in their order; None for those that are not there."""


class FollowGraph(Protocol):
    def followees(self, user_id: str) -> Followees:
        """Whom the user follows now."""


class Timelines(Protocol):
    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """The newest `limit` entries strictly between the bounds, with floor and merge mark, in one look.

        `EMPTY_VIEW` when the timeline is absent or was not merged yet.
        """

    def install(self, user_id: str) -> tuple[int, int]:
        """Makes sure that the timeline is present, and keeps what is pushed from now on.

        Returns its generation, which no other installed timeline ever has, and its merge mark.
        """

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Adds ids of author logs, complete from `floor` on, for all follows up to `mark`, in one step.

        Does nothing when the timeline of this generation was thrown away.
        """

    def discard(self, user_id: str) -> None:
        """Throws the timeline away."""
