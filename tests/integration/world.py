"""Every use case on the in-memory stores, driven by hand, with the oracle beside it."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.testing import ManualClock
from domain.errors import Unavailable
from domain.events import TweetCreated, TweetRedriven
from domain.timeline import TimelineView
from domain.tweet import Tweet
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import DeliveryEvent, FanOut
from infrastructure.events.subscriptions import Subscriptions
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from infrastructure.memory.write_allowance import Unlimited
from infrastructure.metrics.reads import ReadCounts
from tests.fakes.oracle import Oracle
from tests.fakes.strand import Strand, stepped
from usecases.delete_tweet import DeleteTweet, DeleteTweetRequest
from usecases.deliver_tweet import FIRST_SLICE, DeliverTweet
from usecases.follow_user import FollowUser, FollowUserRequest
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimeline, ReadHomeTimelineRequest, Walk
from usecases.home_timeline.stream import HomeTimelineStream, StreamHomeTimeline, StreamHomeTimelineRequest
from usecases.publish_tweet import PublishTweet, PublishTweetRequest
from usecases.redrive_dead_letters import RedriveDeadLetters
from usecases.unfollow_user import UnfollowUser, UnfollowUserRequest

Result = TypeVar("Result")

NEVER = 1_000_000
"""A threshold that nobody reaches: every tweet is pushed."""

RETRY_MS = 60_000
"""Longer than any back-off."""

STREAMS_MAX = 64
STEPS_MAX = 10_000
"""A fan-out that is not through by then never will be."""


class World:
    """A small Perch without threads. Nothing is delivered, tried again or thrown away unless a test says so.

    The stores are stepped: work that is begun as a `Strand` stops before each look at one of them. The oracle learns
    of a change in the very call of the store that makes it.
    """

    def __init__(
        self,
        *,
        capacity: int = 3,
        slice_size: int = 1,
        threshold: int = NEVER,
        queue_capacity: int = 100,
        max_attempts: int = 2,
        dead_letter_capacity: int = 100,
        idle_seconds: float = 60.0,
    ) -> None:
        self.clock = ManualClock()
        self.oracle = Oracle()
        self.happened: list[DeliveryEvent] = []
        self.redriven: list[TweetRedriven] = []
        self._strands: list[Strand[Any]] = []
        users = Users()
        self._timelines = MemoryTimelines(users, capacity, idle_seconds, self.clock.monotonic)
        self.pulled: set[int] = set()
        self.author_of: dict[int, str] = {}
        tweets = OracleTweets(self.clock.now_ms, self.oracle, self.pulled)
        graph = OracleGraph(self.oracle, users)
        self.tweets = stepped(tweets, "tweets")
        self.graph = stepped(graph, "graph")
        self.timelines = stepped(self._timelines, "timelines")
        self.letters = stepped(MemoryDeadLetters(dead_letter_capacity), "letters")
        self.events = stepped(EventQueue(queue_capacity), "events")
        self.pushes = FailingPushes(self.timelines)
        self.deliver = DeliverTweet(self.tweets, self.graph, self.pushes, slice_size=slice_size)
        self._max_attempts = max_attempts
        self.fan_out = self._new_fan_out()
        self.subscriptions = Subscriptions(STREAMS_MAX, self.graph)
        self._publish = PublishTweet(
            self.tweets,
            self.graph,
            self.events,
            self.subscriptions,
            Unlimited(),
            text_max_length=280,
            pull_followers_threshold=threshold,
        )
        self._delete = DeleteTweet(self.tweets, Unlimited())
        self._follow = FollowUser(self.graph, Unlimited())
        self._unfollow = UnfollowUser(self.graph, Unlimited())
        self._redrive = RedriveDeadLetters(self.letters, self.events, self.redriven.append)
        self.prepare = PrepareHomeTimeline(self.tweets, self.graph, self.timelines, capacity=capacity)
        self._read = ReadHomeTimeline(self.tweets, self.graph, self.timelines, self.prepare, ReadCounts().count)
        self._stream = StreamHomeTimeline(self._read, self.tweets, self.subscriptions)
        self._peek = ReadHomeTimeline(tweets, graph, _Untouched(self._timelines), _Unprepared(), ReadCounts().count)

    def _new_fan_out(self) -> FanOut:
        return FanOut(
            self.events,
            self.deliver,
            self.tweets,
            self.letters,
            clock=self.clock,
            jitter=lambda: 1.0,
            max_attempts=self._max_attempts,
            observe=self.happened.append,
        )

    def crash(self) -> None:
        """The fan-out is gone with all that it knew, wherever it stood; another one takes over its queue."""
        self.fan_out = self._new_fan_out()

    def publish(self, author_id: str) -> int:
        tweet = self._publish.execute(PublishTweetRequest(author_id, "a tweet"))
        self.author_of[tweet.id] = author_id
        return tweet.id

    def publish_many(self, author_id: str, count: int) -> list[int]:
        return [self.publish(author_id) for _ in range(count)]

    def delete(self, tweet_id: int) -> None:
        author_id = self.author_of[tweet_id]
        self._delete.execute(DeleteTweetRequest(author_id, tweet_id))

    def follow(self, follower_id: str, *followee_ids: str) -> None:
        for followee_id in followee_ids:
            self._follow.execute(FollowUserRequest(follower_id, followee_id))

    def unfollow(self, follower_id: str, followee_id: str) -> None:
        self._unfollow.execute(UnfollowUserRequest(follower_id, followee_id))

    def refollow(self, follower_id: str, followee_id: str) -> None:
        self.unfollow(follower_id, followee_id)
        self.follow(follower_id, followee_id)

    def redrive(self) -> int:
        return self._redrive.execute()

    def page(
        self, user_id: str, limit: int = 100, *, include_self: bool = False, since_id: int = 0, walk: Walk | None = None
    ) -> HomeTimelinePage:
        return self._read.execute(ReadHomeTimelineRequest(user_id, limit, include_self, since_id, walk))

    def home(self, user_id: str, *, include_self: bool = False, limit: int = 2) -> list[int]:
        """The whole timeline, read page by page."""
        return _whole(self._read, user_id, include_self=include_self, limit=limit)

    def peek(self, user_id: str, *, include_self: bool = False, limit: int = 2) -> list[int]:
        """The whole timeline as it is prepared now: this neither prepares it, nor counts as a read of it."""
        return _whole(self._peek, user_id, include_self=include_self, limit=limit)

    def stream(self, user_id: str, since_id: int | None = None) -> HomeTimelineStream:
        """Opens a stream; nothing reads it unless a test does."""
        return self._stream.execute(StreamHomeTimelineRequest(user_id, since_id))

    def begin(self, work: Callable[[], Result]) -> Strand[Result]:
        """Begins some work, and stops it before its first look at a store."""
        strand = Strand(work)
        self._strands.append(strand)
        return strand

    def begin_page(self, user_id: str, limit: int = 100) -> Strand[list[int]]:
        """Begins to read a first page; its result is the ids."""
        return self.begin(lambda: ids_of(self.page(user_id, limit).tweets))

    def close(self) -> None:
        """Ends what was begun and not finished."""
        for strand in self._strands:
            strand.abandon()

    def deliver_all(self) -> None:
        """Steps until there is nothing to do now; what failed waits for its next attempt."""
        for _ in range(STEPS_MAX):
            if not self.fan_out.step():
                return
        raise AssertionError("the fan-out never comes to an end")

    def deliver_again(self, tweet_id: int) -> None:
        """Delivers a tweet past the queue: once more, late, or before its turn."""
        event = TweetCreated(tweet_id, self.author_of[tweet_id])
        after: int | None = FIRST_SLICE
        while after is not None:
            after = self.deliver.execute(event, after)

    def settle(self) -> None:
        """Lets all attempts pass; each tweet that is to be pushed is pushed then, or a dead letter."""
        for _ in range(STEPS_MAX):
            self.deliver_all()
            if not self.fan_out.left():
                return
            self.clock.advance(RETRY_MS)
        raise AssertionError("the fan-out never comes to an end")

    def unpushed(self) -> list[int]:
        """What readers must pull."""
        authors = set(self.oracle.tweets().values())
        return list(self.tweets.unpushed(authors, 0, self.oracle.frontier + 1, NEVER))

    def prepared(self, user_id: str) -> TimelineView:
        """What stands in the user's timeline."""
        return _Untouched(self._timelines).view(user_id, 0, self.oracle.frontier + 1, NEVER)


def news(stream: HomeTimelineStream) -> list[int]:
    """What a stream gives until there is nothing new."""
    found: list[int] = []
    for batch in stream.batches(0.0):
        if not batch:
            break
        found += ids_of(batch)
    return found


def ids_of(tweets: Sequence[Tweet]) -> list[int]:
    return [tweet.id for tweet in tweets]


def _whole(read: ReadHomeTimeline, user_id: str, *, include_self: bool, limit: int) -> list[int]:
    page = read.execute(ReadHomeTimelineRequest(user_id, limit, include_self))
    ids = ids_of(page.tweets)
    while page.next is not None:
        assert len(page.tweets) == limit, "a page that is not the last is full"
        page = read.execute(ReadHomeTimelineRequest(user_id, limit, include_self, walk=page.next))
        ids += ids_of(page.tweets)
    return ids


class OracleTweets(MemoryTweets):
    """Tells the oracle what is published and deleted, and notes which tweets are never pushed."""

    def __init__(self, now_ms: Callable[[], int], oracle: Oracle, pulled: set[int]) -> None:
        super().__init__(now_ms, node_id=0)
        self._oracle = oracle
        self._pulled = pulled

    def publish(self, author_id: str, text: str, *, pulled: bool) -> Tweet:
        tweet = super().publish(author_id, text, pulled=pulled)
        self._oracle.published(tweet.id, author_id)
        if pulled:
            self._pulled.add(tweet.id)
        return tweet

    def delete(self, tweet_id: int) -> bool:
        deleted = super().delete(tweet_id)
        self._oracle.deleted(tweet_id)
        return deleted


class OracleGraph(MemoryFollowGraph):
    """Tells the oracle who follows whom."""

    def __init__(self, oracle: Oracle, users: Users) -> None:
        super().__init__(users)
        self._oracle = oracle

    def follow(self, follower_id: str, followee_id: str) -> bool:
        added = super().follow(follower_id, followee_id)
        self._oracle.followed(follower_id, followee_id)
        return added

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        removed = super().unfollow(follower_id, followee_id)
        self._oracle.unfollowed(follower_id, followee_id)
        return removed


class FailingPushes:
    """Pushes into timelines, and fails when it is told to."""

    def __init__(self, timelines: MemoryTimelines) -> None:
        self._timelines = timelines
        self._failures: deque[int] = deque()

    def fail_next(self, *, after: int = 0) -> None:
        """One more push raises, after so many timelines of its slice were written."""
        self._failures.append(after)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        if not self._failures:
            self._timelines.push(tweet_id, user_ids)
            return
        self._timelines.push(tweet_id, user_ids[: self._failures.popleft()])
        raise Unavailable("the timelines do not answer")


class _Unprepared:
    """Leaves a timeline as it is; a read must be exact all the same."""

    def execute(self, user_id: str) -> None: ...


class _Untouched:
    """Shows timelines and changes nothing, not even when they were read last."""

    def __init__(self, timelines: MemoryTimelines) -> None:
        self._timelines = timelines

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        return self._timelines._timelines.get(user_id).view(low, high, limit)

    def install(self, user_id: str) -> tuple[int, int]:
        raise NotImplementedError(user_id)

    def merge(self, user_id: str, generation: int, ids: object, floor: int, mark: int) -> None:
        raise NotImplementedError(user_id)

    def discard(self, user_id: str) -> None: ...
