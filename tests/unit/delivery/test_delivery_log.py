"""Late and failed deliveries are logged, late ones at most once per second."""

import logging

import pytest

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from infrastructure.delivery.delivery_log import LATE_LOG_SECONDS, DeliveryLog
from tests.fakes.clock import ManualClock
from tests.fakes.log import event_of

WINDOW_SECONDS = 5.0
LATE = WINDOW_SECONDS + 0.001


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def log(clock: ManualClock) -> DeliveryLog:
    return DeliveryLog(WINDOW_SECONDS, clock.monotonic)


def test_a_push_within_the_window_logs_nothing(log: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    log.observe(TweetPushed(1, WINDOW_SECONDS))
    assert caplog.records == []


def test_a_late_push_is_logged(log: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    log.observe(TweetPushed(17, 7.25))
    [record] = caplog.records
    assert (record.name, record.levelno) == ("perch.delivery", logging.WARNING)
    assert event_of(record) == {
        "event": "tweet_pushed_late",
        "tweet_id": "17",
        "seconds": 7.25,
        "window_seconds": WINDOW_SECONDS,
        "late_so_far": 1,
    }


def test_many_late_pushes_log_at_most_one_line_per_second(
    log: DeliveryLog, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    for tweet_id in range(10):
        log.observe(TweetPushed(tweet_id, LATE))
    assert len(caplog.records) == 1
    clock.advance(round(LATE_LOG_SECONDS * 1000) - 1)
    log.observe(TweetPushed(10, LATE))
    assert len(caplog.records) == 1
    clock.advance(1)
    log.observe(TweetPushed(11, LATE))
    assert len(caplog.records) == 2
    assert event_of(caplog.records[1])["late_so_far"] == 12


def test_a_push_in_time_does_not_delay_the_next_line(log: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    log.observe(TweetPushed(1, 0.0))
    log.observe(TweetPushed(2, LATE))
    assert len(caplog.records) == 1


def test_failures_are_logged_with_their_error(log: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    log.observe(DeliveryFailed(17, 3, "ConnectionError: gone", 0.4))
    log.observe(TweetDeadLettered(18, "alice", 5, "TimeoutError: slow", 0))
    failed, dead = caplog.records
    assert (failed.levelno, dead.levelno) == (logging.WARNING, logging.ERROR)
    assert event_of(failed) == {
        "event": "tweet_not_pushed",
        "tweet_id": "17",
        "attempts": 3,
        "retry_in_seconds": 0.4,
        "error": "ConnectionError: gone",
    }
    assert event_of(dead) == {
        "event": "tweet_dead_lettered",
        "tweet_id": "18",
        "author_id": "alice",
        "attempts": 5,
        "error": "TimeoutError: slow",
    }
