"""Many lines of the client library are one line now and then."""

import pytest
from confluent_kafka import KafkaError

from infrastructure.kafka.client_log import PAUSE_SECONDS, ClientLog
from tests.fakes.clock import ManualClock
from tests.fakes.log import event_of


def test_trouble_is_one_line_at_a_time_with_the_number_left_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "perch.events")
    clock = ManualClock()
    log = ClientLog("send", clock.monotonic)
    for _ in range(50):
        log.logger.error("FAIL: refused")
    log.failed(KafkaError(KafkaError._ALL_BROKERS_DOWN, "all are down"))
    log.dropped("The buffer is full.")
    clock.advance(round(PAUSE_SECONDS * 1000))
    log.failed(KafkaError(KafkaError._ALL_BROKERS_DOWN, "all are down"))
    log.works()
    log.works()
    assert [event_of(record) for record in caplog.records] == [
        {"event": "broker_trouble", "side": "send", "left_out": 0, "error": "FAIL: refused"},
        {"event": "hints_dropped", "side": "send", "left_out": 0, "error": "The buffer is full."},
        {"event": "broker_trouble", "side": "send", "left_out": 50, "error": "all are down"},
        {"event": "broker_back", "side": "send"},
    ]


def test_lines_that_help_nobody_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    log = ClientLog("take")
    log.logger.warning("CONFWARN [perch#consumer-1] [thrd:app]: a property of producers")
    log.logger.info("an information")
    assert caplog.records == []


def test_a_fatal_error_asks_for_a_new_client() -> None:
    log = ClientLog("send")
    assert not log.is_fatal
    log.failed(KafkaError(KafkaError._FATAL, "out of order", True))
    assert log.is_fatal
