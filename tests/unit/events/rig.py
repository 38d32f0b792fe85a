"""A fan-out whose every part a test can see and steer."""

from dataclasses import dataclass, field

from app.testing import ManualClock
from domain.events import TweetCreated, TweetDeadLettered
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import DeadLetters, DeliveryEvent, FanOut
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.tweets import MemoryTweets

MAX_ATTEMPTS = 3


class Slices:
    """Delivers each tweet in as many slices as told, and fails as often as told."""

    def __init__(self, tweets: MemoryTweets) -> None:
        self._tweets = tweets
        self.sizes: dict[int, int] = {}
        self.failures: dict[tuple[int, int], int] = {}
        self.calls: list[tuple[int, int]] = []

    def fail(self, event: TweetCreated, *, at_slice: int = 0, times: int) -> None:
        self.failures[event.tweet_id, at_slice] = times

    def execute(self, event: TweetCreated, after: int) -> int | None:
        call = (event.tweet_id, after)
        self.calls.append(call)
        if self.failures.get(call, 0) > 0:
            self.failures[call] -= 1
            raise ConnectionError("no answer")
        if after + 1 < self.sizes.get(event.tweet_id, 1):
            return after + 1
        self._tweets.mark_pushed(event.tweet_id)
        return None

    def delivered(self) -> list[int]:
        """The tweets whose last slice was run, in order."""
        return [id_ for id_, after in self.calls if after + 1 == self.sizes.get(id_, 1)]


class BrokenDeadLetters:
    """Keeps nothing until it is mended."""

    def __init__(self) -> None:
        self.kept: list[TweetDeadLettered] = []
        self.broken = True

    def put(self, letter: TweetDeadLettered) -> None:
        if self.broken:
            raise ConnectionError("disk full")
        self.kept.append(letter)


@dataclass
class Rig:
    clock: ManualClock = field(default_factory=ManualClock)
    capacity: int = 1000
    dead_letters: DeadLetters = field(default_factory=lambda: MemoryDeadLetters(100))
    tweets_type: type[MemoryTweets] = MemoryTweets
    jitter: float = 1.0
    max_attempts: int = MAX_ATTEMPTS

    def __post_init__(self) -> None:
        self.queue = EventQueue(self.capacity)
        self.tweets = self.tweets_type(self.clock.now_ms, node_id=0)
        self.slices = Slices(self.tweets)
        self.observed: list[DeliveryEvent] = []
        self.left_when_observed: list[int] = []
        self.fan_out = self.new_fan_out()

    def new_fan_out(self) -> FanOut:
        return FanOut(
            self.queue,
            self.slices,
            self.tweets,
            self.dead_letters,
            clock=self.clock,
            jitter=lambda: self.jitter,
            max_attempts=self.max_attempts,
            observe=self._observe,
        )

    def new_event(self, slices: int = 1) -> TweetCreated:
        tweet = self.tweets.publish("alice", "hello", pulled=False)
        self.tweets.mark_queued(tweet.id)
        self.slices.sizes[tweet.id] = slices
        return TweetCreated(tweet.id, "alice")

    def queued(self, slices: int = 1) -> TweetCreated:
        """An event in the queue that takes so many slices to deliver."""
        event = self.new_event(slices)
        assert self.queue.offer(event)
        return event

    def run(self) -> int:
        """Steps until there is nothing to do at this moment; returns how many steps that took."""
        steps = 0
        while self.fan_out.step():
            steps += 1
            assert steps < 10_000, "it never ends"
        return steps

    def wait(self, seconds: float) -> None:
        self.clock.advance(round(seconds * 1000))
        self.run()

    def _observe(self, event: DeliveryEvent) -> None:
        self.observed.append(event)
        self.left_when_observed.append(self.fan_out.left())
