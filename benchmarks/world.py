"""A small world for reads: one reader, some followees, and tweets spread evenly over them."""

from collections.abc import Callable
from itertools import chain, islice

from domain.tweet import Tweet
from domain.tweet_id import EPOCH_MS
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from infrastructure.metrics.reads import ReadCounts
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import ReadHomeTimeline, ReadHomeTimelineRequest

CAPACITY = 800
LIMIT = 20
READER = "reader"


class World:
    """The stores and use cases of home timelines, and what a benchmark does with them."""

    def __init__(self, followees: int, tweets: int, *, pulled: bool = False) -> None:
        """Unless `pulled`, all tweets are in the reader's timeline or below its floor, and none is unpushed."""
        authors = [f"author-{number}" for number in range(followees)]
        clock = iter(range(EPOCH_MS, EPOCH_MS + 10 * tweets + 1))
        self.tweets = MemoryTweets(lambda: next(clock), node_id=0)
        users = Users()
        graph = MemoryFollowGraph(users)
        self.timelines = MemoryTimelines(users, CAPACITY, 0, lambda: 0.0)
        for author in authors:
            graph.follow(READER, author)
        for number in range(tweets):
            tweet = self.tweets.publish(authors[number % followees], f"tweet {number}", pulled=pulled)
            self.tweets.mark_queued(tweet.id)
            if not pulled:
                self.tweets.mark_pushed(tweet.id)
        self._authors = set(authors)
        self._prepare = PrepareHomeTimeline(self.tweets, graph, self.timelines, capacity=CAPACITY)
        self._read = ReadHomeTimeline(self.tweets, graph, self.timelines, self._prepare, ReadCounts().count)

    def read(self) -> object:
        """Page 1."""
        return self._read.execute(ReadHomeTimelineRequest(READER, LIMIT))

    def read_page(self, number: int) -> Callable[[], object]:
        """Page `number`."""
        page = self._read.execute(ReadHomeTimelineRequest(READER, LIMIT))
        for _ in range(number - 2):
            page = self._read.execute(ReadHomeTimelineRequest(READER, LIMIT, walk=page.next))
        return lambda: self._read.execute(ReadHomeTimelineRequest(READER, LIMIT, walk=page.next))

    def rebuild(self) -> None:
        """Throws the timeline away and prepares it again."""
        self.timelines.discard(READER)
        self._prepare.execute(READER)

    def oracle_query(self) -> list[Tweet]:
        """What page 1 is by definition: the newest of all tweets by the followees."""
        all_ids = self.tweets.newest(self._authors, 0, 1 << 62, 1 << 30)
        tweets = chain.from_iterable([tweet] for tweet in self.tweets.get_many(all_ids) if tweet)
        return list(islice((tweet for tweet in tweets if tweet.author_id in self._authors), LIMIT))
