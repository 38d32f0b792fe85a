"""Deliveries: from the queue into timelines that are present, against appends to as many lists."""

from collections.abc import Iterator

from benchmarks.ratio import Ratio, compare
from domain.events import TweetCreated
from domain.tweet_id import EPOCH_MS
from infrastructure.clock import SystemClock
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import FanOut
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from usecases.deliver_tweet import DeliverTweet

FOLLOWERS = 100_000
AUTHOR = "author"


class _FanOutOfOneAuthor:
    def __init__(self, followers: int) -> None:
        clock = iter(range(EPOCH_MS, EPOCH_MS + 1_000_000))
        self._tweets = MemoryTweets(lambda: next(clock), node_id=0)
        self._events = EventQueue(10)
        users = Users()
        graph = MemoryFollowGraph(users)
        timelines = MemoryTimelines(users, 800, 0, lambda: 0.0)
        for number in range(followers):
            user = f"user-{number}"
            graph.follow(user, AUTHOR)
            generation, _ = timelines.install(user)
            timelines.merge(user, generation, (), 0, number + 1)
        self._fan_out = FanOut(
            self._events,
            DeliverTweet(self._tweets, graph, timelines, slice_size=500),
            self._tweets,
            MemoryDeadLetters(10),
            clock=SystemClock(),
            jitter=lambda: 0.0,
            max_attempts=1,
            observe=lambda _: None,
        )

    def deliver(self) -> None:
        tweet = self._tweets.publish(AUTHOR, "to everybody", pulled=False)
        self._tweets.mark_queued(tweet.id)
        self._events.offer(TweetCreated(tweet.id, AUTHOR))
        while self._fan_out.step():
            pass


def delivery_ratios() -> Iterator[Ratio]:
    """One tweet to 100,000 followers."""
    fan_out = _FanOutOfOneAuthor(FOLLOWERS)
    lists: list[list[int]] = [[] for _ in range(FOLLOWERS)]

    def append() -> None:
        for entries in lists:
            entries.append(0)

    yield compare(f"a tweet to {FOLLOWERS:,} timelines", fan_out.deliver, "an append to as many lists", append)
