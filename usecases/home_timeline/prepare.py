"""Prepare a home timeline: rebuild it if it is absent, and merge the authors followed since the last merge."""

from collections.abc import Callable

from domain.events import TimelineRebuilt
from usecases.home_timeline.ports import FollowGraph, Timelines, Tweets
from usecases.page import NEWEST


class PrepareHomeTimeline:
    """Makes a timeline complete for all authors that its user follows now.

    A rebuild merges all follows into a new timeline; a catch-up merges only the follows after the merge mark.
    The order matters. The timeline is installed first, so that it keeps what is pushed from then on. The follows are
    read next, so that the mark covers only these. The author logs come last, because they hold all tweets up to then.
    If the timeline was discarded in between, its successor has another generation and refuses the merge.
    What a merge claims follows from mark and floor of its install and from its own logs, never from a merge meanwhile.
    """

    def __init__(
        self,
        tweets: Tweets,
        graph: FollowGraph,
        timelines: Timelines,
        observe: Callable[[TimelineRebuilt], None],
        *,
        capacity: int,
    ) -> None:
        self._tweets = tweets
        self._graph = graph
        self._timelines = timelines
        self._observe = observe
        self._capacity = capacity

    def execute(self, user_id: str) -> None:
        generation, mark, floor = self._timelines.install(user_id)
        followees = self._graph.followees(user_id)
        unmerged = followees.followed_after(mark)
        ids = self._tweets.newest(unmerged, 0, NEWEST, self._capacity + 1)
        kept = ids[: self._capacity]
        if len(ids) > self._capacity:
            floor = max(floor, kept[-1])
        self._timelines.merge(user_id, generation, kept, floor, max(mark, followees.newest_follow_id))
        if not mark:
            self._observe(TimelineRebuilt())
