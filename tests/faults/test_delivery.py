"""What can go wrong with deliveries, under load and over sockets: readers stay exact, and the rest goes on."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from domain.errors import Unavailable
from infrastructure.memory.dead_letters import MemoryDeadLetters
from tests.fakes.log import event_of
from tests.faults import report
from tests.faults.crew import END_SECONDS
from tests.faults.load import Load
from tests.faults.service import READERS, VICTIM, WAIT_SECONDS, Service, broken_service, no_fault
from tests.integration.effort import AT_ONCE_SECONDS, LONG

FAULT_SECONDS = 10.0 if LONG else 1.0
STOP_SECONDS = 1.0
SLOWEST_SECONDS_MAX = 10.0
STALL_SECONDS_MAX = 2 * END_SECONDS
KILLS = 20 if LONG else 3
LETTERS_MAX = 10
TRIES_MAX = 20
"""Of a back-off that doubles, however long it lasts."""

RESTARTS = 'perch_threads_restarted_total{thread="fan-out"}'


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with broken_service(monkeypatch, dead_letter_capacity=LETTERS_MAX) as service:
        yield service


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that keeps all dead letters."""
    with broken_service(monkeypatch) as service:
        yield service


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that gives up soon."""
    with broken_service(monkeypatch, delivery_max_attempts=2) as service:
        yield service


def fail_always(_tweet_id: int, _user_ids: Sequence[str]) -> None:
    raise Unavailable("the timelines do not answer")


def fail_for_victim(_tweet_id: int, user_ids: Sequence[str]) -> None:
    if VICTIM in user_ids:
        raise Unavailable("this timeline does not answer")


class Listening(logging.Handler):
    """Waits for an event of this name."""

    def __init__(self, event: str) -> None:
        super().__init__()
        self.happened = threading.Event()
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        if event_of(record)["event"] == self._event:
            self.happened.set()


@contextmanager
def heard(event: str) -> Iterator[threading.Event]:
    """Gives what is set once this event is logged."""
    handler = Listening(event)
    logger = logging.getLogger("perch")
    logger.addHandler(handler)
    yield handler.happened
    logger.removeHandler(handler)


def tell(done: str, service: Service, load: Load, **figures: object) -> None:
    late = service.perch.deliveries.counts()["late"]
    report.tell(done, **load.figures(), late=late, **figures)


def redrive_twice_and_check(service: Service) -> int:
    """All letters are redriven; a second redrive finds nothing to do."""
    letters = int(service.metric("perch_dead_letters"))
    assert service.redrive() == letters
    assert service.redrive() == 0
    service.settle()
    assert service.metric("perch_dead_letters_redriven_total") == letters
    assert service.metric("perch_dead_letters") == 0
    return letters


def test_a_store_that_raises(roomy: Service) -> None:
    with roomy.load() as load:
        roomy.timelines.fault = fail_always
        load.hold(FAULT_SECONDS)
        load.hold_until(lambda: roomy.metric("perch_delivery_failures_total") > 0)
        roomy.timelines.fault = no_fault
        recovered = roomy.seconds_to_push("ann")
    roomy.settle()
    letters = redrive_twice_and_check(roomy)
    assert roomy.metric("perch_unpushed_tweets") == 0
    load.check()
    failures = int(roomy.metric("perch_delivery_failures_total"))
    tell("store raises", roomy, load, failures=failures, letters=letters, next_pushed_in_s=recovered)


def test_a_store_that_stalls(service: Service) -> None:
    entered, free = threading.Event(), threading.Event()

    def stall(_tweet_id: int, _user_ids: Sequence[str]) -> None:
        entered.set()
        assert free.wait(STALL_SECONDS_MAX)

    with service.load() as load:
        service.timelines.fault = stall
        assert entered.wait(WAIT_SECONDS)
        published, reads = load.published, load.differences.reads
        load.hold(FAULT_SECONDS)
        load.hold_until(lambda: load.published > published + 1 and load.differences.reads > reads + len(READERS))
        assert load.slowest < SLOWEST_SECONDS_MAX, "nobody waited for the store"
        service.timelines.fault = no_fault
        free.set()
        recovered = service.seconds_to_push("ann")
    service.settle()
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    tell(f"store stalls for {FAULT_SECONDS:.0f} s", service, load, next_pushed_in_s=recovered)


def test_a_store_that_raises_for_one_follower_only(roomy: Service) -> None:
    """Of these tweets' two followers one is in the load, the other cannot be written; slices hold both."""
    roomy.client(READERS[0]).follow("eve")
    with roomy.load() as load:
        roomy.timelines.fault = fail_for_victim
        bad = [roomy.publish("eve") for _ in range(20)]
        slowest = max(roomy.seconds_to_push("ann") for _ in range(5))
        load.hold(FAULT_SECONDS)
        for follower in (VICTIM, READERS[0]):
            assert roomy.read_all(follower, "eve") == bad[::-1]
        roomy.timelines.fault = no_fault
        roomy.settle()
        letters = redrive_twice_and_check(roomy)
    roomy.settle()
    assert roomy.metric("perch_unpushed_tweets") == 0
    load.check()
    tell("store raises for one follower", roomy, load, letters=letters, others_pushed_in_s=slowest)


@pytest.mark.parametrize("error", [Unavailable("not this one"), SystemExit()], ids=["error", "end of thread"])
def test_a_poison_event(service: Service, error: BaseException) -> None:
    def fail(_tweet_id: int, user_ids: Sequence[str]) -> None:
        if VICTIM in user_ids:
            raise error

    with service.load() as load:
        service.timelines.fault = fail
        service.publish("eve")
        slowest = max(service.seconds_to_push("ben") for _ in range(10))
        load.hold_until(lambda: service.metric("perch_dead_letters") == 1)
        service.timelines.fault = no_fault
        letters = redrive_twice_and_check(service)
    service.settle()
    assert letters == 1
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    tell(f"poison event: {type(error).__name__}", service, load, letters=letters, others_pushed_in_s=slowest)


def test_an_event_that_fails_until_its_third_attempt(service: Service) -> None:
    attempts: dict[int, int] = {}

    def fail_twice(tweet_id: int, _user_ids: Sequence[str]) -> None:
        attempts[tweet_id] = attempts.get(tweet_id, 0) + 1
        if attempts[tweet_id] < 3:
            raise Unavailable("not yet")

    with service.load() as load:
        service.timelines.fault = fail_twice
        load.hold(FAULT_SECONDS)
        load.hold_until(lambda: 3 in attempts.values())
    service.settle()
    assert service.metric("perch_tweets_dead_lettered_total") == 0
    assert service.metric("perch_unpushed_tweets") == 0
    assert max(attempts.values()) == 3
    load.check()
    tell(
        "every event fails until attempt 3",
        service,
        load,
        failures=int(service.metric("perch_delivery_failures_total")),
    )


def has_restarted(service: Service, times: int) -> Callable[[], bool]:
    return lambda: service.metric(RESTARTS) == times


def test_a_worker_thread_that_dies(service: Service) -> None:
    slowest = 0.0
    with service.load() as load:
        for kills in range(1, KILLS + 1):
            service.kill_worker()
            slowest = max(slowest, service.seconds_to_push("ann"))
            # A thread may work before the one that starts it has counted it.
            load.hold_until(has_restarted(service, kills))
    service.settle()
    assert service.metric(RESTARTS) == KILLS
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    tell("worker thread killed", service, load, kills=KILLS, restarts=KILLS, next_pushed_in_s=slowest)


def test_a_worker_thread_that_dies_while_nobody_asks_for_anything(service: Service) -> None:
    with heard("thread_restarted") as restarted:
        service.kill_worker()
        assert restarted.wait(AT_ONCE_SECONDS)
    assert service.perch.threads[0].restarts == 1


def test_more_dead_letters_than_are_kept(service: Service) -> None:
    with service.load() as load:
        service.timelines.fault = fail_always
        load.hold_until(lambda: service.metric("perch_dead_letters_dropped_total") >= LETTERS_MAX)
        load.hold(FAULT_SECONDS)
        service.timelines.fault = no_fault
        recovered = service.seconds_to_push("ann")
    service.settle()
    dropped = int(service.metric("perch_dead_letters_dropped_total"))
    letters = redrive_twice_and_check(service)
    assert letters == LETTERS_MAX
    assert service.metric("perch_unpushed_tweets") > 0, "those that were dropped are pulled"
    load.check()
    tell("dead letters over their bound", service, load, letters=letters, dropped=dropped, next_pushed_in_s=recovered)


def test_dead_letters_that_cannot_be_kept(hasty: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []

    def refuse(_store: MemoryDeadLetters, letter: object) -> None:
        tries.append(letter)
        raise OSError("disk full")

    with hasty.load() as load, monkeypatch.context() as broken:
        broken.setattr(MemoryDeadLetters, "put", refuse)
        hasty.timelines.fault = fail_for_victim
        hasty.publish("eve")
        load.hold_until(lambda: len(tries) > 1)
        load.hold(FAULT_SECONDS)
        slowest = max(hasty.seconds_to_push("ben") for _ in range(5))
        hasty.timelines.fault = no_fault
    hasty.settle()
    assert hasty.metric("perch_dead_letters") == 0
    assert hasty.metric("perch_unpushed_tweets") == 0
    assert len(tries) < TRIES_MAX, "it does not spin"
    load.check()
    tell("dead letters cannot be kept", hasty, load, tries=len(tries), others_pushed_in_s=slowest)


def test_a_stop_while_a_store_stalls_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, free = threading.Event(), threading.Event()

    def stall(_tweet_id: int, _user_ids: Sequence[str]) -> None:
        entered.set()
        assert free.wait(WAIT_SECONDS)

    with broken_service(monkeypatch) as service:
        service.timelines.fault = stall
        for _ in range(5):
            service.publish("ann")
        assert entered.wait(WAIT_SECONDS)
        started = time.monotonic()
        left = service.perch.stop(STOP_SECONDS)
        seconds = time.monotonic() - started
        free.set()
    assert left == 5
    assert seconds < STOP_SECONDS + AT_ONCE_SECONDS
    report.tell("stop while the store stalls", seconds=seconds, allowed_seconds=STOP_SECONDS, events_left=left)
