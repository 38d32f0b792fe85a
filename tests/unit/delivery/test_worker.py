"""The thread that runs the fan-out."""

import threading
from collections.abc import Iterator

import pytest

from domain.delivery import Delivery, RetryPolicy
from domain.events import TweetCreated
from infrastructure.delivery.fan_out import FanOut
from infrastructure.delivery.worker import FanOutWorker
from infrastructure.memory.stores import MemoryOptions, open_memory
from tests.contracts.racing import JOIN_SECONDS
from tests.fakes.clock import ManualClock
from usecases.publish_tweet import NEVER_PULLED


class Deliver:
    """Delivers at once, unless a test blocks it or makes it fail."""

    def __init__(self, work: "Work") -> None:
        self._work = work
        self.delivered: list[int] = []
        self.failures = 0
        self.entered = threading.Event()
        self.free = threading.Event()
        self.free.set()

    def execute(self, delivery: Delivery) -> Delivery | None:
        self.entered.set()
        assert self.free.wait(JOIN_SECONDS)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no answer")
        if self._work.outbox.done(delivery.tweet_id):
            self.delivered.append(delivery.tweet_id)
        return None


class Work:
    """A worker with its stores; outbox rows are due at once, with or without a hint."""

    def __init__(self, queue_capacity: int = 10) -> None:
        options = MemoryOptions(RetryPolicy(3, jitter=lambda: 0.0), event_queue_capacity=queue_capacity, due_seconds=0)
        stores = open_memory(options, ManualClock())
        self.tweets, self.events, self.outbox = stores.tweets, stores.events, stores.outbox
        self.deliver = Deliver(self)
        self.worker = FanOutWorker(FanOut(self.events, self.outbox, self.deliver), self.outbox)

    def publish(self, count: int, *, hint: bool = True) -> list[int]:
        ids = []
        for _ in range(count):
            tweet = self.tweets.publish("alice", "hello", pull_from=NEVER_PULLED).tweet
            if hint:
                self.events.hint(TweetCreated(tweet.id, "alice"))
            ids.append(tweet.id)
        return ids


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    assert work.worker.thread.stop(JOIN_SECONDS)
    assert "fan-out" not in {thread.name for thread in threading.enumerate()}


def test_a_worker_delivers_tweets_published_before_and_after_its_start(work: Work) -> None:
    ids = work.publish(3)
    work.worker.thread.start()
    ids += work.publish(3)
    assert work.worker.join(JOIN_SECONDS)
    assert sorted(work.deliver.delivered) == ids


def test_a_worker_delivers_tweets_whose_hints_were_lost(work: Work) -> None:
    ids = work.publish(20, hint=False)
    work.worker.thread.start()
    assert work.worker.join(JOIN_SECONDS)
    assert sorted(work.deliver.delivered) == ids


def test_join_returns_false_after_its_timeout(work: Work) -> None:
    work.publish(1)
    assert work.worker.join(0.01) is False


def test_stop_lets_the_current_slice_finish(work: Work) -> None:
    work.deliver.free.clear()
    [tweet_id] = work.publish(1)
    work.worker.thread.start()
    assert work.deliver.entered.wait(JOIN_SECONDS)
    assert work.worker.thread.stop(0.01) is False
    work.deliver.free.set()
    assert work.worker.thread.stop(JOIN_SECONDS) is True
    assert work.deliver.delivered == [tweet_id]


def test_a_worker_logs_an_error_and_continues(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    ids = work.publish(2)
    work.deliver.failures = 1
    work.worker.thread.start()
    assert work.worker.join(JOIN_SECONDS)
    assert sorted(work.deliver.delivered) == ids
    assert "no answer" in caplog.text
