"""Every tweet is pushed within the due time although the worker's thread is killed repeatedly, at any line."""

import logging
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest

from infrastructure.clock import SystemClock
from infrastructure.delivery.worker import FanOutWorker
from tests.fakes.log import event_of
from tests.faults import report
from tests.faults.service import WAIT_SECONDS, Service, faulty_service, kill
from tests.integration.effort import AT_ONCE_SECONDS, LONG
from tests.integration.stores import Bounds, in_memory
from tests.integration.world import World

KILLS = 500 if LONG else 100
SERVICE_KILLS = 20 if LONG else 3
DUE_SECONDS = 0.5
"""The time after a publish or a lease until an outbox row is due."""

AUTHORS = ("ann", "ben", "cat")
READERS = tuple(f"reader-{number}" for number in range(7))
RESTARTS = 'perch_threads_restarted_total{thread="fan-out"}'


@pytest.mark.timeout(600)
def test_killing_the_worker_at_any_line_leaves_no_tweet_unpushed_beyond_the_due_time() -> None:
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    bounds = Bounds(capacity=100, slice_size=2, queue_capacity=3, max_attempts=100, due_seconds=DUE_SECONDS)
    world = World(bounds, make_engine=partial(in_memory, clock=SystemClock()))
    for reader in READERS:
        world.follow(reader, *AUTHORS)
        world.home(reader, limit=100)
    worker = FanOutWorker(world.fan_out, world.outbox)
    worker.thread.start()
    with ThreadPoolExecutor(len(AUTHORS)) as pool:
        for _ in range(KILLS):
            published = [pool.submit(world.publish, chance.choice(AUTHORS)) for _ in range(chance.randrange(1, 6))]
            published[chance.randrange(len(published))].result(AT_ONCE_SECONDS)
            kill(worker.thread)
            worker.thread.revive()
            for each in published:
                each.result(AT_ONCE_SECONDS)
    started = time.monotonic()
    assert worker.join(WAIT_SECONDS), "a tweet is still unpushed"
    seconds = time.monotonic() - started
    assert worker.thread.stop(AT_ONCE_SECONDS)
    report.record(
        "worker killed at any line",
        seed=str(seed),
        kills=KILLS,
        tweets=len(world.oracle.tweets()),
        last_pushed_in_s=seconds,
    )
    assert worker.thread.restarts == KILLS
    assert not world.unpushed()
    for reader in READERS:
        assert list(world.prepared(reader).ids) == world.oracle.home(reader)[: len(world.prepared(reader).ids)]
        assert world.home(reader, limit=100) == world.oracle.home(reader)


class EventWaiter(logging.Handler):
    """Sets `happened` when an event of this name is logged."""

    def __init__(self, event: str) -> None:
        super().__init__()
        self.happened = threading.Event()
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        if event_of(record)["event"] == self._event:
            self.happened.set()


@contextmanager
def logged(event: str) -> Iterator[threading.Event]:
    """Yields a threading event that is set once this event is logged."""
    handler = EventWaiter(event)
    logger = logging.getLogger("perch")
    logger.addHandler(handler)
    yield handler.happened
    logger.removeHandler(handler)


@pytest.fixture
def service() -> Iterator[Service]:
    with faulty_service() as service:
        yield service


def test_a_worker_thread_that_is_killed_under_load_is_restarted(service: Service) -> None:
    slowest = 0.0
    with service.load() as load:
        for kills in range(1, SERVICE_KILLS + 1):
            kill(service.worker.thread)
            slowest = max(slowest, service.seconds_to_push("ann"))
            # The restarted thread may push before its restart is counted.
            load.run_until(lambda kills=kills: service.metric(RESTARTS) == kills)  # type: ignore[misc]
    service.settle()
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    report.record("worker thread killed", **load.figures(), kills=SERVICE_KILLS, next_pushed_in_s=slowest)


def test_a_worker_thread_that_is_killed_without_load_is_restarted(service: Service) -> None:
    with logged("thread_restarted") as restarted:
        kill(service.worker.thread)
        assert restarted.wait(AT_ONCE_SECONDS)
    assert service.worker.thread.restarts == 1
