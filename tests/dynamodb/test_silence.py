"""A DynamoDB that does not answer costs one time-out, and then nothing, until it answers again."""

import time

import pytest

from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.proxy import Proxy
from domain.errors import Unavailable
from domain.timeline import EMPTY_VIEW
from infrastructure.dynamodb.client import ANSWER_SECONDS, CONNECT_SECONDS
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.outside.engine import OutsideTimelines
from infrastructure.time_left import REQUEST_SECONDS, begin_request, end_request
from tests.dynamodb.made import ALL, NEWEST, PATIENCE, build, ids, opened
from tests.engines.until import until

VIEWS = 1000
SLOW_SECONDS = 0.1
"""Each way: less than is waited for an answer, and 200 batches take much longer than a request waits."""

SPARE_SECONDS = 0.5
TIMEOUT_SECONDS = (CONNECT_SECONDS + ANSWER_SECONDS) * PATIENCE


def views(timelines: OutsideTimelines) -> float:
    """Views many times; returns the seconds."""
    started = time.monotonic()
    for _ in range(VIEWS):
        assert timelines.view("alice", 0, NEWEST, ALL) == LOGS_ALONE
    return time.monotonic() - started


def wait_until_it_answers(timelines: OutsideTimelines) -> None:
    until(lambda: ids(timelines) == [2, 1])
    timelines.push(3, ["alice"])
    assert ids(timelines) == [3, 2, 1]


def test_a_black_hole_costs_one_time_out(dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> None:
    with opened(dynamodb, dynamodb_proxy.port) as engine:
        build(engine.timelines, 1, 2)
        dynamodb_proxy.black_hole()
        assert views(engine.timelines) < 2 * TIMEOUT_SECONDS
        assert engine.circuit.is_open
        with pytest.raises(Unavailable):
            engine.timelines.push(9, ["alice"])
        dynamodb_proxy.cut()
        dynamodb_proxy.forward()
        wait_until_it_answers(engine.timelines)


def test_a_paused_server_costs_one_time_out(dynamodb: OwnDynalite) -> None:
    with opened(dynamodb) as engine:
        build(engine.timelines, 1, 2)
        dynamodb.pause()
        assert views(engine.timelines) < 2 * TIMEOUT_SECONDS
        dynamodb.resume()
        wait_until_it_answers(engine.timelines)


def test_a_push_to_a_silent_server_fails_in_time(dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> None:
    """All its batches wait at the same time."""
    with opened(dynamodb, dynamodb_proxy.port) as engine:
        readers = [f"reader{number}" for number in range(500)]
        for reader in readers:
            engine.timelines.install(reader)
        dynamodb_proxy.black_hole()
        started = time.monotonic()
        with pytest.raises(Unavailable):
            engine.timelines.push(9, readers)
        assert time.monotonic() - started < 2 * TIMEOUT_SECONDS
        dynamodb_proxy.cut()


def test_a_slow_server_keeps_no_request_beyond_its_time(dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> None:
    with opened(dynamodb, dynamodb_proxy.port, patience=1.0) as engine:
        generation = engine.timelines.install("alice").generation
        dynamodb_proxy.delay(SLOW_SECONDS)
        started = time.monotonic()
        begin_request(None)
        try:
            ids(engine.timelines)
            engine.timelines.merge("alice", generation, range(1, 5000), 0, 1)
            ids(engine.timelines)
        finally:
            end_request()
        assert time.monotonic() - started < REQUEST_SECONDS + CONNECT_SECONDS + SPARE_SECONDS


def test_connections_that_nobody_accepts_cost_one_time_out(dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> None:
    dynamodb_proxy.ignore()
    with opened(dynamodb, dynamodb_proxy.port) as engine:
        started = time.monotonic()
        assert engine.timelines.install("alice").mark == LOGS_ALONE.mark
        assert time.monotonic() - started + views(engine.timelines) < 2 * TIMEOUT_SECONDS
        dynamodb_proxy.forward()
        until(lambda: engine.timelines.view("alice", 0, NEWEST, ALL) == EMPTY_VIEW)


def test_a_killed_server_refuses_and_is_found_again(dynamodb: OwnDynalite) -> None:
    with opened(dynamodb) as engine:
        build(engine.timelines, 1, 2)
        dynamodb.kill()
        assert views(engine.timelines) < 2 * TIMEOUT_SECONDS
        dynamodb.start()
        wait_until_it_answers(engine.timelines)


def test_a_connection_that_was_closed_meanwhile_is_replaced(dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> None:
    with opened(dynamodb, dynamodb_proxy.port) as engine:
        build(engine.timelines, 1, 2)
        cut = dynamodb_proxy.cut_request(b"Query")
        assert ids(engine.timelines) == [2, 1]
        assert cut.is_set()
        assert not engine.circuit.openings


def test_its_threads_end_with_it(dynamodb: OwnDynalite) -> None:
    with opened(dynamodb) as engine:
        threads = engine.threads
        assert len({thread.name for thread in threads}) == len(threads) > 1
    assert all(thread.stop(0.0) for thread in threads)
