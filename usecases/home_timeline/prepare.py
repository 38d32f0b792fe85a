"""Prepare a home timeline: rebuild an absent one, and merge who was followed since the last time."""

from usecases.home_timeline.ports import FollowGraph, Timelines, Tweets
from usecases.page import NEWEST


class PrepareHomeTimeline:
    """Makes a timeline complete for all that its user follows now.

    A rebuild is the merge of all follows into a new timeline; otherwise only those after its merge mark are merged.
    The order matters. The timeline is installed first, so that it keeps what is pushed from then on; the follows are
    looked up next, so that the mark covers only them; the author logs come last, and hold all tweets up to then. A
    timeline thrown away in between has another generation when it is back, and refuses the merge.
    """

    def __init__(self, tweets: Tweets, graph: FollowGraph, timelines: Timelines, *, capacity: int) -> None:
        self._tweets = tweets
        self._graph = graph
        self._timelines = timelines
        self._capacity = capacity

    def execute(self, user_id: str) -> None:
        generation, mark = self._timelines.install(user_id)
        followees = self._graph.followees(user_id)
        unmerged = followees.followed_after(mark)
        ids = self._tweets.newest(unmerged, 0, NEWEST, self._capacity + 1)
        kept = ids[: self._capacity]
        floor = kept[-1] if len(ids) > self._capacity else 0
        self._timelines.merge(user_id, generation, kept, floor, followees.newest_follow_id)
