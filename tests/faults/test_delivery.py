"""Faults during deliveries, under load over sockets: every read stays exact and other tweets are pushed at once."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from domain.errors import Unavailable
from tests.faults import report
from tests.faults.crew import END_SECONDS
from tests.faults.load import Load
from tests.faults.service import READERS, VICTIM, WAIT_SECONDS, Service, faulty_service
from tests.integration.effort import AT_ONCE_SECONDS, LONG

FAULT_SECONDS = 10.0 if LONG else 1.0
STOP_SECONDS = 1.0
SLOWEST_SECONDS_MAX = 10.0
STALL_SECONDS_MAX = 2 * END_SECONDS


@pytest.fixture
def service() -> Iterator[Service]:
    with faulty_service() as service:
        yield service


def fail_always(_tweet_id: int, _user_ids: Sequence[str]) -> None:
    raise Unavailable("the timelines are unavailable")


def fail_for_victim(_tweet_id: int, user_ids: Sequence[str]) -> None:
    if VICTIM in user_ids:
        raise Unavailable("this timeline is unavailable")


def record(done: str, service: Service, load: Load, **figures: object) -> None:
    late = int(service.metric("perch_timeline_window_violations_total"))
    report.record(done, **load.figures(), late=late, **figures)


def redrive_twice_and_check(service: Service) -> int:
    """Redrives all dead letters; checks that a second redrive finds none."""
    letters = int(service.metric("perch_dead_letters"))
    assert service.redrive() == letters
    assert service.redrive() == 0
    service.settle()
    assert service.metric("perch_dead_letters_redriven_total") == letters
    assert service.metric("perch_dead_letters") == 0
    return letters


def test_reads_stay_exact_while_the_timelines_raise(service: Service) -> None:
    with service.load() as load:
        service.timelines.before_push = fail_always
        load.run_for(FAULT_SECONDS)
        load.run_until(lambda: service.metric("perch_delivery_failures_total") > 0)
        service.timelines.stop_failing()
        recovered = service.seconds_to_push("ann")
    service.settle()
    letters = redrive_twice_and_check(service)
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    failures = int(service.metric("perch_delivery_failures_total"))
    record("store raises", service, load, failures=failures, letters=letters, next_pushed_in_s=recovered)


def test_reads_and_publishes_do_not_wait_for_stalled_timelines(service: Service) -> None:
    entered, free = threading.Event(), threading.Event()

    def stall(_tweet_id: int, _user_ids: Sequence[str]) -> None:
        entered.set()
        assert free.wait(STALL_SECONDS_MAX)

    with service.load() as load:
        service.timelines.before_push = stall
        assert entered.wait(WAIT_SECONDS)
        published, reads = load.published, load.differences.reads
        load.run_for(FAULT_SECONDS)
        load.run_until(lambda: load.published > published + 1 and load.differences.reads > reads + len(READERS))
        assert load.slowest < SLOWEST_SECONDS_MAX, "a request waited for the stalled store"
        service.timelines.stop_failing()
        free.set()
        recovered = service.seconds_to_push("ann")
    service.settle()
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    record(f"store stalls for {FAULT_SECONDS:.0f} s", service, load, next_pushed_in_s=recovered)


def test_a_timeline_that_raises_for_one_follower_delays_no_other_tweet(service: Service) -> None:
    """Both followers of the author are in one slice; the timeline of one of them cannot be written."""
    service.client(READERS[0]).follow("eve")
    with service.load() as load:
        service.timelines.before_push = fail_for_victim
        bad = [service.publish("eve") for _ in range(20)]
        slowest = max(service.seconds_to_push("ann") for _ in range(5))
        load.run_for(FAULT_SECONDS)
        for follower in (VICTIM, READERS[0]):
            assert service.read_all(follower, "eve") == bad[::-1]
        service.timelines.stop_failing()
        service.settle()
        letters = redrive_twice_and_check(service)
    service.settle()
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    record("store raises for one follower", service, load, letters=letters, others_pushed_in_s=slowest)


@pytest.mark.parametrize("error", [Unavailable("not this one"), SystemExit()], ids=["error", "end of thread"])
def test_a_tweet_that_always_fails_delays_no_other_tweet(service: Service, error: BaseException) -> None:
    def fail(_tweet_id: int, user_ids: Sequence[str]) -> None:
        if VICTIM in user_ids:
            raise error

    with service.load() as load:
        service.timelines.before_push = fail
        service.publish("eve")
        slowest = max(service.seconds_to_push("ben") for _ in range(10))
        load.run_until(lambda: service.metric("perch_dead_letters") == 1)
        service.timelines.stop_failing()
        letters = redrive_twice_and_check(service)
    service.settle()
    assert letters == 1
    assert service.metric("perch_unpushed_tweets") == 0
    load.check()
    record(f"a tweet always fails: {type(error).__name__}", service, load, letters=letters, others_pushed_in_s=slowest)


def test_a_tweet_that_fails_twice_is_pushed_at_the_third_attempt(service: Service) -> None:
    attempts: dict[int, int] = {}

    def fail_twice(tweet_id: int, _user_ids: Sequence[str]) -> None:
        attempts[tweet_id] = attempts.get(tweet_id, 0) + 1
        if attempts[tweet_id] < 3:
            raise Unavailable("not yet")

    with service.load() as load:
        service.timelines.before_push = fail_twice
        load.run_for(FAULT_SECONDS)
        load.run_until(lambda: 3 in attempts.values())
    service.settle()
    assert service.metric("perch_tweets_dead_lettered_total") == 0
    assert service.metric("perch_unpushed_tweets") == 0
    assert max(attempts.values()) == 3
    load.check()
    record(
        "every tweet fails until attempt 3",
        service,
        load,
        failures=int(service.metric("perch_delivery_failures_total")),
    )


def test_a_stop_during_a_stalled_push_ends_in_time(service: Service) -> None:
    entered, free = threading.Event(), threading.Event()

    def stall(_tweet_id: int, _user_ids: Sequence[str]) -> None:
        entered.set()
        assert free.wait(WAIT_SECONDS)

    service.timelines.before_push = stall
    for _ in range(5):
        service.publish("ann")
    assert entered.wait(WAIT_SECONDS)
    started = time.monotonic()
    left = service.perch.stop(STOP_SECONDS)
    seconds = time.monotonic() - started
    free.set()
    assert left == 5
    assert seconds < STOP_SECONDS + AT_ONCE_SECONDS
    report.record("stop while the store stalls", seconds=seconds, allowed_seconds=STOP_SECONDS, events_left=left)
