"""Every use case on the stores of one engine, driven step by step, with an oracle that knows the truth."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.compose.use_cases import Sizes, make_use_cases
from app.compose.worker import make_work
from app.settings import Settings
from domain.delivery import Delivery
from domain.events import DeliveryFailed, Event, TweetDeadLettered, TweetPushed
from domain.timeline import TimelineView
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.delivery.fan_out import FanOut
from infrastructure.streams.subscriptions import Subscriptions
from tests.fakes.strand import Strand
from tests.integration.pages import ids_of, whole
from tests.integration.stores import NEVER, Bounds, Change, MakeEngine, WorldStores, in_memory
from usecases.delete_tweet import DeleteTweetRequest
from usecases.follow_user import FollowUserRequest
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimelineRequest, Walk
from usecases.home_timeline.stream import HomeTimelineStream, StreamHomeTimelineRequest
from usecases.publish_tweet import PublishTweetRequest
from usecases.unfollow_user import UnfollowUserRequest

Result = TypeVar("Result")

RETRY_MS = 60_000
"""Longer than any backoff or lease."""

STREAMS_MAX = 64
STEPS_MAX = 10_000
"""A fan-out with more steps than this does not end."""


class World:
    """A small Perch without threads. Nothing is delivered, retried or discarded unless a test does it.

    The stores are stepped: a `Strand` stops before each call of a store. The oracle learns of a change within the
    store call that makes it. `change` replaces the stepped adapters or wraps them.
    """

    def __init__(
        self,
        bounds: Bounds = Bounds(),  # noqa: B008 - it is immutable
        *,
        change: Change = lambda adapters: adapters,
        make_engine: MakeEngine = in_memory,
    ) -> None:
        self.happened: list[Event] = []
        self.author_of: dict[int, str] = {}
        self._strands: list[Strand[Any]] = []
        self._stores = WorldStores(bounds, make_engine)
        self.clock = self._stores.clock
        self.keep_house, self.due_ms = self._stores.keep_house, self._stores.due_ms
        self.oracle, self.pulled = self._stores.oracle, self._stores.pulled
        self.pushes, self.hints = self._stores.pushes, self._stores.hints
        self._adapters = change(self._stores.adapters)
        self.tweets, self.graph, self.timelines = self._adapters.tweets, self._adapters.graph, self._adapters.timelines
        self.outbox, self.events = self._adapters.outbox, self._adapters.events
        self.source = self._adapters.source
        self.announcements = self._adapters.announcements
        self._sizes = Sizes(bounds.slice_size, bounds.active, bounds.stale_entries)
        self.subscriptions = Subscriptions(STREAMS_MAX)
        sizes = {"TIMELINE_CAPACITY": bounds.capacity, "PULL_FOLLOWERS_THRESHOLD": bounds.threshold}
        settings = Settings.from_environment({name: str(size) for name, size in sizes.items()})
        self.use_cases = make_use_cases(settings, self._adapters, self.subscriptions, self.happened.append, self._sizes)
        self.fan_out = self._new_fan_out()

    def _new_fan_out(self) -> FanOut:
        return make_work(self._adapters, self.use_cases, self._sizes, run_worker=False).fan_out

    def crash(self) -> None:
        """Replaces the fan-out by a new one, which knows nothing of the deliveries in progress."""
        self.fan_out = self._new_fan_out()

    def publish(self, author_id: str) -> int:
        tweet = self.use_cases.publish.execute(PublishTweetRequest(author_id, "a tweet")).tweet
        self.author_of[tweet.id] = author_id
        return tweet.id

    def publish_many(self, author_id: str, count: int) -> list[int]:
        return [self.publish(author_id) for _ in range(count)]

    def delete(self, tweet_id: int) -> None:
        author_id = self.author_of[tweet_id]
        self.use_cases.delete.execute(DeleteTweetRequest(author_id, tweet_id))

    def follow(self, follower_id: str, *followee_ids: str) -> None:
        for followee_id in followee_ids:
            self.use_cases.follow.execute(FollowUserRequest(follower_id, followee_id))

    def unfollow(self, follower_id: str, followee_id: str) -> None:
        self.use_cases.unfollow.execute(UnfollowUserRequest(follower_id, followee_id))

    def refollow(self, follower_id: str, followee_id: str) -> None:
        self.unfollow(follower_id, followee_id)
        self.follow(follower_id, followee_id)

    def redrive(self) -> int:
        return self.use_cases.redrive.execute()

    def page(
        self, user_id: str, limit: int = 100, *, include_self: bool = False, since_id: int = 0, walk: Walk | None = None
    ) -> HomeTimelinePage:
        return self.use_cases.read.execute(ReadHomeTimelineRequest(user_id, limit, include_self, since_id, walk))

    def home(self, user_id: str, *, include_self: bool = False, limit: int = 2) -> list[int]:
        """Reads the whole timeline page by page."""
        return whole(self.use_cases.read, user_id, include_self=include_self, limit=limit)

    def peek(self, user_id: str, *, include_self: bool = False, limit: int = 2) -> list[int]:
        """Reads the whole timeline without preparing it and without counting as a read."""
        return whole(self._stores.peek, user_id, include_self=include_self, limit=limit)

    def stream(self, user_id: str, since_id: int | None = None) -> HomeTimelineStream:
        """Opens a stream, which only the test reads."""
        return self.use_cases.stream.execute(StreamHomeTimelineRequest(user_id, since_id))

    def begin(self, work: Callable[[], Result]) -> Strand[Result]:
        """Begins some work, and stops it before its first store call."""
        strand = Strand(work)
        self._strands.append(strand)
        return strand

    def begin_page(self, user_id: str, limit: int = 100) -> Strand[list[int]]:
        """Begins to read a first page; the result is its tweet ids."""
        return self.begin(lambda: ids_of(self.page(user_id, limit).tweets))

    def close(self) -> None:
        """Abandons all unfinished strands."""
        for strand in self._strands:
            strand.abandon()

    def deliver_all(self) -> None:
        """Steps until nothing is left to do now; failed deliveries wait for their next attempt."""
        for _ in range(STEPS_MAX):
            if not self.fan_out.step():
                return
        raise AssertionError("the fan-out does not end")

    def deliver_due(self) -> None:
        """Lets the due time pass and the fan-out run; no tweet waits afterwards unless a push fails."""
        self.keep_house()
        self.clock.advance(self.due_ms)
        self.deliver_all()

    def deliver_again(self, tweet_id: int) -> None:
        """Delivers a tweet without the fan-out: repeatedly, late or early."""
        left: Delivery | None = Delivery(tweet_id, self.author_of[tweet_id])
        while left is not None:
            left = self.use_cases.deliver.execute(left)

    def left(self) -> int:
        """Returns the number of tweets that wait to be pushed."""
        return self.outbox.counts().waiting

    def dead(self) -> list[int]:
        """Returns the tweets that are dead letters, newest first."""
        return [letter.tweet_id for letter in self.outbox.dead_before(MAX_TWEET_ID, NEVER)]

    def deliveries(self) -> list[type[Event]]:
        """Returns the outcomes of all deliveries so far."""
        return [
            type(event)
            for event in self.happened
            if isinstance(event, TweetPushed | DeliveryFailed | TweetDeadLettered)
        ]

    def settle(self) -> None:
        """Runs all attempts until every tweet is pushed or a dead letter."""
        for _ in range(STEPS_MAX):
            self.deliver_all()
            if not self.left():
                return
            self.clock.advance(RETRY_MS)
        raise AssertionError("the fan-out does not end")

    def unpushed(self) -> list[int]:
        """Returns all unpushed tweets."""
        authors = set(self.oracle.tweets().values())
        return list(self.tweets.unpushed(authors, 0, self.oracle.frontier + 1, NEVER))

    def prepared(self, user_id: str) -> TimelineView:
        """Returns the entries, floor and mark of the user's timeline."""
        return self._stores.read_only.view(user_id, 0, self.oracle.frontier + 1, NEVER)
