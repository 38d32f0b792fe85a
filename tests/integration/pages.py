"""The tweet ids of pages and streams."""

from collections.abc import Sequence

from domain.tweet import Tweet
from usecases.home_timeline.read import ReadHomeTimeline, ReadHomeTimelineRequest
from usecases.home_timeline.stream import HomeTimelineStream


def news(stream: HomeTimelineStream) -> list[int]:
    """Returns the tweets that a stream sends until there is no new one."""
    found: list[int] = []
    for batch in stream.batches(0.0):
        if not batch:
            break
        found += ids_of(batch)
    return found


def ids_of(tweets: Sequence[Tweet]) -> list[int]:
    return [tweet.id for tweet in tweets]


def whole(read: ReadHomeTimeline, user_id: str, *, include_self: bool, limit: int) -> list[int]:
    """Reads the whole timeline page by page."""
    page = read.execute(ReadHomeTimelineRequest(user_id, limit, include_self))
    ids = ids_of(page.tweets)
    while page.next is not None:
        assert len(page.tweets) == limit, "only the last page may be short"
        page = read.execute(ReadHomeTimelineRequest(user_id, limit, include_self, walk=page.next))
        ids += ids_of(page.tweets)
    return ids
