"""One reader's home timeline over the stores in memory, and the naive query that every read must equal."""

from collections.abc import Callable

from domain.events import TweetCreated
from domain.tweet import Tweet
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.metrics.reads import ReadCounts
from usecases.deliver_tweet import DeliverTweet
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimeline, ReadHomeTimelineRequest

ALICE = "alice"


class Home:
    """Alice's, with what others do."""

    def __init__(
        self, tweets: MemoryTweets, graph: MemoryFollowGraph, timelines: MemoryTimelines, capacity: int
    ) -> None:
        self.tweets = tweets
        self.graph = graph
        self.timelines = timelines
        self.prepare = PrepareHomeTimeline(tweets, graph, timelines, capacity=capacity)
        self.reads = ReadCounts()
        self.read = ReadHomeTimeline(tweets, graph, timelines, self.prepare, self.reads.count)
        self._published: list[Tweet] = []
        self._undelivered: list[TweetCreated] = []

    def follow(self, *authors: str) -> None:
        for author in authors:
            self.graph.follow(ALICE, author)

    def unfollow(self, author: str) -> None:
        self.graph.unfollow(ALICE, author)

    def publish(self, author: str, count: int = 1, *, pulled: bool = False) -> list[Tweet]:
        """Returns the new tweets, newest first. They are unpushed until `deliver`."""
        published = [self.tweets.publish(author, "hello", pulled=pulled) for _ in range(count)]
        self._published += published
        if not pulled:
            self._undelivered += [TweetCreated(tweet.id, author) for tweet in published]
        return published[::-1]

    def deliver(self) -> None:
        """Pushes what was published, the latest first: order must not matter."""
        deliver = DeliverTweet(self.tweets, self.graph, self.timelines, slice_size=2)
        while self._undelivered:
            event = self._undelivered.pop()
            after: int | None = 0
            while after is not None:
                after = deliver.execute(event, after)

    def page(self, limit: int = 100, *, include_self: bool = False, since_id: int = 0) -> HomeTimelinePage:
        return self.read.execute(ReadHomeTimelineRequest(ALICE, limit, include_self, since_id))

    def walk(
        self,
        limit: int,
        *,
        include_self: bool = False,
        since_id: int = 0,
        between_pages: Callable[[], object] = lambda: None,
    ) -> list[list[Tweet]]:
        """All pages from the newest to the last."""
        page = self.page(limit, include_self=include_self, since_id=since_id)
        pages = [list(page.tweets)]
        while page.next is not None:
            between_pages()
            page = self.read.execute(ReadHomeTimelineRequest(ALICE, limit, include_self, 0, page.next))
            pages.append(list(page.tweets))
        return pages

    def naive(self, *, include_self: bool = False) -> list[Tweet]:
        """Every tweet that exists and whose author alice follows now, newest first."""
        authors = set(self.graph.followees(ALICE).authors) | ({ALICE} if include_self else set())
        there = [tweet for tweet in self._published if self.tweets.get(tweet.id) is not None]
        return [tweet for tweet in reversed(there) if tweet.author_id in authors]
