"""Read a home timeline."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, Protocol

from domain.timeline import TimelineView, merge_newest
from domain.tweet import Tweet
from domain.user import Followees
from usecases.home_timeline.ports import FollowGraph, Timelines, Tweets

STALE_ENTRIES_MAX = 100
"""A read that finds more entries than this to drop has the timeline thrown away, so that the next read rebuilds it."""

Merged = Literal["timeline", "unpushed", "logs"]
"""The most expensive thing that a read had to merge; the timeline is the cheapest."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where one reader is on the way from a first page down: ids strictly between `low` and `high` are still to come.

    `frontier` is the first page's: what was published later belongs to another walk.
    """

    frontier: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ReadHomeTimelineRequest:
    """Asks for the newest page, for what came after the tweet id `since_id`, or for the next page of a walk."""

    user_id: str
    limit: int
    include_self: bool = False
    since_id: int = 0
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class HomeTimelinePage:
    """Tweets newest first, the `since_id` for the next poll, and how to go on; None on the last page."""

    tweets: Sequence[Tweet]
    since_id: int
    next: Walk | None


class Preparation(Protocol):
    def execute(self, user_id: str) -> None: ...


class ReadHomeTimeline:
    """One page of all tweets by the authors whom the user follows now, exactly, up to the frontier.

    - The page merges what was pushed into the timeline, what is unpushed, the logs of authors who were followed after
      the timeline's merge mark, and, below the timeline's floor, the logs of all authors.
    - What is deleted or no longer followed is dropped, and older tweets fill the page: only the last one is short.
    - The order of looks matters: frontier, follows, unpushed, timeline, logs, and the follows again. A push writes the
      timeline before it takes the tweet out of unpushed; looking at the two in the other order could miss it in both.
    """

    def __init__(
        self,
        tweets: Tweets,
        graph: FollowGraph,
        timelines: Timelines,
        prepare: Preparation,
        count: Callable[[Merged], None],
    ) -> None:
        """`count` is told once of each page what it had to merge."""
        self._tweets = tweets
        self._graph = graph
        self._timelines = timelines
        self._prepare = prepare
        self._count = count

    def execute(self, request: ReadHomeTimelineRequest) -> HomeTimelinePage:
        frontier = self._tweets.frontier()
        since_id = request.since_id
        walk = request.walk or Walk(max(frontier, since_id), since_id, frontier + 1)
        found = self._find_for_one_set_of_follows(request, walk)
        if len(found) <= request.limit:
            return HomeTimelinePage(found, walk.frontier, None)
        page = found[: request.limit]
        return HomeTimelinePage(page, walk.frontier, Walk(walk.frontier, walk.low, page[-1].id))

    def _find_for_one_set_of_follows(self, request: ReadHomeTimelineRequest, walk: Walk) -> list[Tweet]:
        """Looks again when the user followed somebody meanwhile.

        What was delivered between an unfollow and a refollow during the looks is in none of them.
        """
        followees = self._graph.followees(request.user_id)
        while True:
            reader = _Reader.of(request, followees)
            found = self._find(reader, walk, request.limit + 1)
            followees_before, followees = followees, self._graph.followees(request.user_id)
            if followees.newest_follow_id <= followees_before.newest_follow_id:
                self._count(reader.merged)
                return found

    def _find(self, reader: "_Reader", walk: Walk, wanted: int) -> list[Tweet]:
        """The newest tweets of the rest of the walk, `wanted` of them at least if there are so many."""
        found: list[Tweet] = []
        dropped = 0
        high = walk.high
        while reader.authors and len(found) < wanted:
            ids = self._look(reader, walk.low, high, wanted)
            kept = [
                tweet for tweet in self._tweets.get_many(ids) if tweet is not None and tweet.author_id in reader.authors
            ]
            found += kept
            dropped += len(ids) - len(kept)
            if len(ids) < wanted:
                break
            high = ids[-1]
        if dropped > STALE_ENTRIES_MAX:
            self._timelines.discard(reader.user_id)
        return found

    def _look(self, reader: "_Reader", low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` ids strictly between the bounds that may be on the page, newest first."""
        unpushed = self._tweets.unpushed(reader.authors, low, high, limit)
        view = self._prepared_view(reader, low, high, limit)
        logs = []
        unmerged = reader.followees.followed_after(view.mark) + reader.never_pushed
        if unmerged:
            logs.append(self._tweets.newest(unmerged, max(low, view.floor - 1), high, limit))
        if len(view.ids) < limit and view.floor > low + 1:
            logs.append(self._tweets.newest(reader.authors, low, min(high, view.floor), limit))
        if logs:
            reader.merged = "logs"
        elif unpushed and reader.merged == "timeline":
            reader.merged = "unpushed"
        return merge_newest([unpushed, view.ids, *logs], limit)

    def _prepared_view(self, reader: "_Reader", low: int, high: int, limit: int) -> TimelineView:
        view = self._timelines.view(reader.user_id, low, high, limit)
        if view.mark >= reader.followees.newest_follow_id:
            return view
        self._prepare.execute(reader.user_id)
        return self._timelines.view(reader.user_id, low, high, limit)


@dataclass(slots=True)
class _Reader:
    """Who reads, whose tweets, and what had to be merged so far.

    They are the tweets of the followees, and of `never_pushed`, whom only their logs know.
    """

    user_id: str
    followees: Followees
    authors: AbstractSet[str]
    never_pushed: list[str]
    merged: Merged = "timeline"

    @classmethod
    def of(cls, request: ReadHomeTimelineRequest, followees: Followees) -> "_Reader":
        if request.include_self:
            own = [request.user_id]
            return cls(request.user_id, followees, followees.authors | set(own), own)
        return cls(request.user_id, followees, followees.authors, [])
