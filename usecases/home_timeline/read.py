"""Read a home timeline."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol, get_args

from domain.events import HomeTimelineRead, TimelinesDiscarded
from domain.timeline import merge_newest
from domain.tweet import Tweet
from domain.user import Followees
from usecases.home_timeline.ports import Looks, Timelines

STALE_ENTRIES_MAX = 100
"""A read that drops more outdated entries than this discards the timeline, and the next read rebuilds it."""

Merged = Literal["timeline", "unpushed", "logs"]
"""The most expensive source that a read had to merge, from the cheapest to the most expensive."""

_READ = {merged: HomeTimelineRead(merged) for merged in get_args(Merged)}


@dataclass(frozen=True, slots=True)
class Walk:
    """The position of a reader who pages down from a first page: ids strictly between `low` and `high` remain.

    `frontier` is that of the first page; later tweets belong to another walk.
    """

    frontier: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ReadHomeTimelineRequest:
    """Asks for the newest page, for tweets after the tweet id `since_id`, or for the next page of a walk."""

    user_id: str
    limit: int
    include_self: bool = False
    since_id: int = 0
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class HomeTimelinePage:
    """Tweets newest first, and the `since_id` for the next poll. `next` is the next page's walk, None on the last."""

    tweets: Sequence[Tweet]
    since_id: int
    next: Walk | None


class Preparation(Protocol):
    def execute(self, user_id: str) -> None: ...


class ReadHomeTimeline:
    """Returns one page of exactly the tweets by the authors that the user follows now, up to the frontier.

    - The page merges the timeline, the unpushed tweets, the logs of authors who were followed after the timeline's
      merge mark, and, below the timeline's floor, the logs of all authors.
    - Deleted tweets and tweets of unfollowed authors are dropped; older tweets fill the page. Only the last is short.
    - The order of looks matters: frontier, follows, unpushed, timeline, logs, tweets, follows version. A push writes
      the timeline before it removes the tweet from unpushed; in another order both looks could miss the tweet.
    - If the follows changed meanwhile, they are read once more, and the page is made again from the author logs alone,
      which are complete up to the frontier. So a read makes at most two passes.
    """

    def __init__(
        self,
        looks: Looks,
        timelines: Timelines,
        prepare: Preparation,
        observe: Callable[[HomeTimelineRead | TimelinesDiscarded], None],
        *,
        stale_entries_max: int = STALE_ENTRIES_MAX,
    ) -> None:
        """`observe` gets one `HomeTimelineRead` per page."""
        self._looks = looks
        self._timelines = timelines
        self._prepare = prepare
        self._observe = observe
        self._stale_entries_max = stale_entries_max

    def execute(self, request: ReadHomeTimelineRequest) -> HomeTimelinePage:
        frontier = self._looks.frontier()
        since_id = request.since_id
        walk = request.walk or Walk(max(frontier, since_id), since_id, frontier + 1)
        found = self._find(request, walk)
        if len(found) <= request.limit:
            return HomeTimelinePage(found, walk.frontier, None)
        page = found[: request.limit]
        return HomeTimelinePage(page, walk.frontier, Walk(walk.frontier, walk.low, page[-1].id))

    def _find(self, request: ReadHomeTimelineRequest, walk: Walk) -> list[Tweet]:
        """Returns the newest remaining tweets of the walk: one more than the request's limit, if there are so many."""
        reader = _Reader(request)
        found = self._fill(reader, walk, partial(self._look, reader))
        if reader.dropped > self._stale_entries_max and self._timelines.discard(reader.user_id):
            self._observe(TimelinesDiscarded("stale"))
        if reader.last_version != reader.followees.version:
            # A tweet delivered between two follows, or merged between two reads of them, may be in none of the sources.
            reader.follow(self._looks.followees(reader.user_id))
            reader.merged = "logs"
            found = self._fill(reader, walk, partial(self._looks.newest, reader.authors))
        self._observe(_READ[reader.merged])
        return found

    def _fill(self, reader: "_Reader", walk: Walk, look: Callable[[int, int, int], Sequence[int]]) -> list[Tweet]:
        """Calls `look` for older ids until enough tweets are kept; `look` takes the bounds and a limit."""
        found: list[Tweet] = []
        high = walk.high
        wanted = reader.wanted
        while True:
            ids = look(walk.low, high, wanted)
            tweets, reader.last_version = self._looks.last(reader.user_id, ids)
            kept = [tweet for tweet in tweets if tweet is not None and tweet.author_id in reader.authors]
            found += kept
            reader.dropped += len(ids) - len(kept)
            if len(found) >= wanted or len(ids) < wanted:
                return found
            high = ids[-1]

    def _look(self, reader: "_Reader", low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` candidate ids strictly between the bounds, newest first."""
        followees, unpushed, view = self._looks.first(
            reader.user_id, low, high, limit, include_self=reader.include_self
        )
        if reader.followees is NOT_ASKED:
            reader.follow(followees)
        if view.mark < reader.followees.newest_follow_id:
            self._prepare.execute(reader.user_id)
            view = self._timelines.view(reader.user_id, low, high, limit)
        logs = []
        unmerged = reader.followees.followed_after(view.mark)
        if reader.include_self:
            unmerged.append(reader.user_id)
        if unmerged and view.floor < high:
            logs.append(self._looks.newest(unmerged, max(low, view.floor - 1), high, limit))
        if len(view.ids) < limit and view.floor > low + 1 and reader.authors:
            logs.append(self._looks.newest(reader.authors, low, min(high, view.floor), limit))
        if logs:
            reader.merged = "logs"
        elif unpushed and reader.merged == "timeline":
            reader.merged = "unpushed"
        return merge_newest([unpushed, view.ids, *logs], limit)


NOT_ASKED = Followees({}, -1)
"""The followees of a reader before the first look."""


class _Reader:
    """The reader, the authors, and what was merged and dropped so far. `wanted` is one more than the page holds.

    `authors` are the followees, and the reader too with `include_self`: only their log has their own tweets, not this
    timeline.
    """

    __slots__ = ("authors", "dropped", "followees", "include_self", "last_version", "merged", "user_id", "wanted")

    def __init__(self, request: ReadHomeTimelineRequest) -> None:
        self.user_id = request.user_id
        self.wanted = request.limit + 1
        self.include_self = request.include_self
        self.followees = NOT_ASKED
        self.authors: AbstractSet[str] = frozenset()
        self.last_version = NOT_ASKED.version
        self.merged: Merged = "timeline"
        self.dropped = 0

    def follow(self, followees: Followees) -> None:
        """Makes the page one for these followees."""
        self.followees = followees
        self.authors = followees.authors | {self.user_id} if self.include_self else followees.authors
