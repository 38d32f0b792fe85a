"""The thread that runs the fan-out."""

import threading
from collections.abc import Callable, Iterator

import pytest

from app.testing import ManualClock
from domain.events import TweetCreated
from infrastructure.events import worker as worker_module
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import FanOut
from infrastructure.events.worker import FanOutWorker
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.tweets import MemoryTweets
from tests.contracts.racing import JOIN_SECONDS

FOR_EVER = 1000.0


class Deliver:
    """Delivers at once, unless it is held or told to fail."""

    def __init__(self, mark_pushed: Callable[[int], None]) -> None:
        self._mark_pushed = mark_pushed
        self.delivered: list[int] = []
        self.fails = False
        self.entered = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def execute(self, event: TweetCreated, after: int) -> None:
        self.entered.set()
        assert self.free.wait(JOIN_SECONDS)
        assert after == 0
        if self.fails:
            raise ConnectionError("no answer")
        self.delivered.append(event.tweet_id)
        self._mark_pushed(event.tweet_id)


class WatchedQueue(EventQueue):
    """Says when somebody is about to wait for an event."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.waiting = threading.Event()
        self.waits = 0

    def take(self, timeout: float) -> TweetCreated | None:
        if timeout > 0:
            self.waits += 1
            self.waiting.set()
        return super().take(timeout)


class BrieflyBrokenTweets(MemoryTweets):
    """A store that does not answer the first time."""

    answers = False

    def unqueued(self, limit: int) -> list[TweetCreated]:
        if not self.answers:
            self.answers = True
            raise ConnectionError("no answer")
        return super().unqueued(limit)


class Delivery:
    """A worker with all that it works on."""

    def __init__(self, *, capacity: int = 10, tweets: type[MemoryTweets] = MemoryTweets) -> None:
        clock = ManualClock()
        self.tweets = tweets(clock.now_ms, 0)
        self.deliver = Deliver(self.tweets.mark_pushed)
        self.queue = WatchedQueue(capacity)
        self.fan_out = FanOut(
            self.queue,
            self.deliver,
            self.tweets,
            MemoryDeadLetters(10),
            clock=clock,
            jitter=lambda: 1.0,
            max_attempts=3,
            observe=lambda _: None,
        )
        self.worker = FanOutWorker(self.fan_out, self.queue)

    def publish(self, count: int) -> list[int]:
        """Tweets that are queued where there is room."""
        ids = []
        for _ in range(count):
            tweet = self.tweets.publish("alice", "hello", pulled=False)
            if self.queue.offer(TweetCreated(tweet.id, "alice")):
                self.tweets.mark_queued(tweet.id)
            ids.append(tweet.id)
        return ids


def worker_is_running() -> bool:
    return "fan-out" in {thread.name for thread in threading.enumerate()}


@pytest.fixture(autouse=True)
def no_worker_is_left() -> Iterator[None]:
    yield
    assert not worker_is_running()


def test_a_worker_delivers_what_is_queued_before_and_after_its_start() -> None:
    delivery = Delivery()
    ids = delivery.publish(3)
    delivery.worker.start()
    ids += delivery.publish(3)
    assert delivery.worker.join(JOIN_SECONDS)
    delivery.worker.stop(JOIN_SECONDS)
    assert delivery.deliver.delivered == ids


def test_a_join_waits_for_tweets_without_room_in_the_queue_too() -> None:
    delivery = Delivery(capacity=2)
    ids = delivery.publish(20)
    delivery.worker.start()
    assert delivery.worker.join(JOIN_SECONDS)
    assert sorted(delivery.deliver.delivered) == ids
    delivery.worker.stop(JOIN_SECONDS)


def test_a_join_without_anything_to_wait_for_is_done_at_once() -> None:
    delivery = Delivery()
    assert delivery.worker.join(0)


def test_a_join_gives_up_at_its_time() -> None:
    delivery = Delivery()
    delivery.publish(1)
    assert delivery.worker.join(0.01) is False


def test_a_join_gives_up_also_on_tweets_that_nobody_queues() -> None:
    delivery = Delivery()
    delivery.tweets.publish("alice", "hello", pulled=False)
    assert delivery.worker.join(0.01) is False


def test_a_join_does_not_make_the_worker_spin_while_a_retry_waits() -> None:
    delivery = Delivery()
    delivery.deliver.fails = True
    delivery.publish(1)
    delivery.worker.start()
    assert delivery.worker.join(0.1) is False
    delivery.worker.stop(JOIN_SECONDS)
    assert delivery.queue.waits < 200


def test_a_worker_that_waits_for_events_stops_promptly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "WAIT_SECONDS", FOR_EVER)
    delivery = Delivery()
    delivery.worker.start()
    assert delivery.queue.waiting.wait(JOIN_SECONDS)
    assert delivery.worker.stop(JOIN_SECONDS) == 0
    assert not worker_is_running()


def test_a_stop_lets_the_present_slice_end_and_counts_what_is_left() -> None:
    delivery = Delivery(capacity=2)
    delivery.deliver.free.clear()
    ids = delivery.publish(1)
    delivery.worker.start()
    assert delivery.deliver.entered.wait(JOIN_SECONDS)
    delivery.publish(3)
    assert delivery.worker.stop(0.01) == 4
    delivery.deliver.free.set()
    assert delivery.worker.stop(JOIN_SECONDS) == 3
    assert delivery.deliver.delivered == ids


def test_a_stop_during_the_last_slice_leaves_nothing() -> None:
    delivery = Delivery()
    delivery.deliver.free.clear()
    delivery.publish(1)
    delivery.worker.start()
    assert delivery.deliver.entered.wait(JOIN_SECONDS)
    delivery.worker.stop(0.01)
    delivery.deliver.free.set()
    assert delivery.worker.stop(JOIN_SECONDS) == 0


def test_a_worker_stopped_before_its_start_leaves_nothing() -> None:
    assert Delivery().worker.stop(FOR_EVER) == 0


def test_an_error_between_two_slices_is_logged_and_the_work_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery(tweets=BrieflyBrokenTweets)
    ids = delivery.publish(2)
    delivery.worker.start()
    assert delivery.worker.join(JOIN_SECONDS)
    delivery.worker.stop(JOIN_SECONDS)
    assert delivery.deliver.delivered == ids
    assert "no answer" in caplog.text
