import logging

import pytest

from app.testing import ManualClock
from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from infrastructure.events.delivery_log import LATE_LOG_SECONDS, DeliveryLog
from tests.fakes.log import event_of

WINDOW_SECONDS = 5.0
LATE = WINDOW_SECONDS + 0.001


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def deliveries(clock: ManualClock) -> DeliveryLog:
    return DeliveryLog(WINDOW_SECONDS, clock.monotonic)


def test_it_starts_at_0(deliveries: DeliveryLog) -> None:
    assert {deliveries.counts()[name] for name in ("pushed", "late", "failed", "dead")} == {0}


def test_everything_is_counted(deliveries: DeliveryLog) -> None:
    for seconds in (0.0, 1.0, LATE, 100.0):
        deliveries.observe(TweetPushed(1, seconds))
    deliveries.observe(DeliveryFailed(2, 1, "ConnectionError: gone", 0.1))
    deliveries.observe(TweetDeadLettered(2, "alice", 5, "ConnectionError: gone", 0))
    assert deliveries.counts() == {"pushed": 4, "late": 2, "failed": 1, "dead": 1}


def test_the_counts_handed_out_are_a_copy(deliveries: DeliveryLog) -> None:
    before = deliveries.counts()
    deliveries.observe(TweetPushed(1, 0.0))
    assert before["pushed"] == 0
    deliveries.counts()["pushed"] = 99
    assert deliveries.counts()["pushed"] == 1


def test_what_is_pushed_within_the_window_is_not_worth_a_line(
    deliveries: DeliveryLog, caplog: pytest.LogCaptureFixture
) -> None:
    deliveries.observe(TweetPushed(1, WINDOW_SECONDS))
    assert deliveries.counts()["late"] == 0
    assert caplog.records == []


def test_a_late_tweet_is_logged(deliveries: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    deliveries.observe(TweetPushed(17, 7.25))
    [record] = caplog.records
    assert (record.name, record.levelno) == ("perch.delivery", logging.WARNING)
    assert event_of(record) == {
        "event": "tweet_pushed_late",
        "tweet_id": "17",
        "seconds": 7.25,
        "window_seconds": WINDOW_SECONDS,
        "late_so_far": 1,
    }


def test_a_crowd_of_late_tweets_is_one_line_a_second(
    deliveries: DeliveryLog, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    for tweet_id in range(10):
        deliveries.observe(TweetPushed(tweet_id, LATE))
    assert len(caplog.records) == 1
    clock.advance(round(LATE_LOG_SECONDS * 1000) - 1)
    deliveries.observe(TweetPushed(10, LATE))
    assert len(caplog.records) == 1
    clock.advance(1)
    deliveries.observe(TweetPushed(11, LATE))
    assert len(caplog.records) == 2
    assert event_of(caplog.records[1])["late_so_far"] == 12


def test_a_tweet_in_time_does_not_use_the_line_up(deliveries: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    deliveries.observe(TweetPushed(1, 0.0))
    deliveries.observe(TweetPushed(2, LATE))
    assert len(caplog.records) == 1


def test_failures_say_what_went_wrong(deliveries: DeliveryLog, caplog: pytest.LogCaptureFixture) -> None:
    deliveries.observe(DeliveryFailed(17, 3, "ConnectionError: gone", 0.4))
    deliveries.observe(TweetDeadLettered(18, "alice", 5, "TimeoutError: slow", 0))
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
