"""The protocols of the stores that reading and preparing a home timeline need."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.timeline import Installed, TimelineView
from domain.tweet import Tweet
from domain.user import Followees


class Tweets(Protocol):
    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors' logs strictly between the bounds, newest first."""


class FollowGraph(Protocol):
    def followees(self, user_id: str) -> Followees:
        """Returns a snapshot of the users that this user follows now."""


class Looks(Protocol):
    """What a read asks for, in the order of the methods. One call may ask an engine for several things at once."""

    def frontier(self) -> int:
        """Returns the id up to which no tweet can still appear; 0 before the first tweet."""

    def first(
        self, user_id: str, low: int, high: int, limit: int, *, include_self: bool
    ) -> tuple[Followees, Sequence[int], TimelineView]:
        """Looks at the follows, the unpushed tweets and the timeline, in this order or as of one moment.

        Returns the followees, the newest `limit` unpushed ids of them (and of the user with `include_self`) strictly
        between the bounds, and the view of the timeline as `Timelines.view` returns it.
        """

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors' logs strictly between the bounds, newest first."""

    def last(self, user_id: str, tweet_ids: Sequence[int]) -> tuple[list[Tweet | None], int]:
        """Looks at the tweets with these ids and then at the version of the user's follows, or as of one moment.

        Returns the tweets in the order of the ids, None for one that does not exist, and the version.
        """

    def followees(self, user_id: str) -> Followees:
        """Returns a snapshot of the users that this user follows now."""


class Timelines(Protocol):
    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark, atomically.

        Returns `EMPTY_VIEW` if the timeline is absent or not merged yet.
        """

    def install(self, user_id: str) -> Installed:
        """Creates the timeline if it is absent. From now on it keeps what is pushed.

        Returns its generation, which no other timeline ever has, and the merge mark and floor of one merge so far.
        """

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Adds ids of author logs. With them the timeline is complete from `floor` on, for all follows up to `mark`.

        That includes the follows up to the mark with which it was installed, and their floor: a merge relies on no
        other, so it may be late, and of several at once any may win. Does nothing if the timeline of this generation
        was discarded.
        """

    def discard(self, user_id: str) -> bool:
        """Discards the timeline; returns False if it is absent."""
