"""One reader's home timeline on the stores in memory, and the naive query that every read must equal."""

from collections.abc import Callable

from app.compose.ports import Timelines
from domain.delivery import Delivery
from domain.events import Event, HomeTimelineRead
from domain.tweet import Tweet
from infrastructure.memory.stores import MemoryStores
from usecases.deliver_tweet import DeliverTweet
from usecases.home_timeline.looks import SeparateLooks
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimeline, ReadHomeTimelineRequest
from usecases.publish_tweet import NEVER_PULLED

ALICE = "alice"


class Home:
    """Alice's home timeline, and the actions of the authors whom she may follow."""

    def __init__(self, stores: MemoryStores, capacity: int, timelines: Timelines | None = None) -> None:
        """The timelines are those of the stores, or others."""
        self.stores = stores
        self.tweets, self.graph = tweets, graph = stores.tweets, stores.graph
        self.timelines: Timelines = stores.timelines
        if timelines is not None:
            self.timelines = timelines
        self.events: list[Event] = []
        self.prepare = PrepareHomeTimeline(tweets, graph, self.timelines, self.events.append, capacity=capacity)
        self.read = ReadHomeTimeline(
            SeparateLooks(tweets, graph, self.timelines), self.timelines, self.prepare, self.events.append
        )
        self._deliver = DeliverTweet(stores.outbox, graph, self.timelines, lambda: 0, self.events.append, slice_size=2)
        self._published: list[Tweet] = []
        self._undelivered: list[Delivery] = []

    def merged(self) -> list[str]:
        """Returns, for each page read so far, the costliest source that it merged."""
        return [event.merged for event in self.events if isinstance(event, HomeTimelineRead)]

    def follow(self, *authors: str) -> None:
        for author in authors:
            self.graph.follow(ALICE, author)

    def unfollow(self, author: str) -> None:
        self.graph.unfollow(ALICE, author)

    def publish(self, author: str, count: int = 1, *, pulled: bool = False) -> list[Tweet]:
        """Returns the new tweets, newest first. They are unpushed until `deliver`."""
        published = [
            self.tweets.publish(author, "hello", pull_from=0 if pulled else NEVER_PULLED).tweet for _ in range(count)
        ]
        self._published += published
        if not pulled:
            self._undelivered += [Delivery(tweet.id, author) for tweet in published]
        return published[::-1]

    def deliver(self) -> None:
        """Pushes the published tweets, the latest first, because the order must not matter."""
        while self._undelivered:
            left: Delivery | None = self._undelivered.pop()
            while left is not None:
                left = self._deliver.execute(left)

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
        """Reads all pages from the newest to the oldest."""
        page = self.page(limit, include_self=include_self, since_id=since_id)
        pages = [list(page.tweets)]
        while page.next is not None:
            between_pages()
            page = self.read.execute(ReadHomeTimelineRequest(ALICE, limit, include_self, 0, page.next))
            pages.append(list(page.tweets))
        return pages

    def naive(self, *, include_self: bool = False) -> list[Tweet]:
        """Returns every stored tweet whose author alice follows now, newest first."""
        authors = set(self.graph.followees(ALICE).authors) | ({ALICE} if include_self else set())
        stored = [tweet for tweet in self._published if self.tweets.get(tweet.id) is not None]
        return [tweet for tweet in reversed(stored) if tweet.author_id in authors]
