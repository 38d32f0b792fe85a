"""A cluster that does not answer costs one time-out, and then nothing, until it answers again."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest

from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.proxy import Proxy
from domain.errors import Unavailable
from domain.timeline import EMPTY_VIEW, TimelineView
from infrastructure.background import BackgroundThread
from infrastructure.cassandra import schema
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.opening import open_timelines
from infrastructure.cassandra.session import ANSWER_SECONDS, CONNECT_SECONDS, PATIENT_SECONDS
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.outside.engine import OutsideEngine, OutsideTimelines
from infrastructure.time_left import REQUEST_SECONDS, begin_request, end_request
from tests.engines.until import until
from tests.fakes.clock import ManualClock
from tests.fakes.partitions import MemoryReaders

PATIENCE = 2.0
"""Longer than in production, so that a busy machine is not taken for a silent node."""

ANSWER = ANSWER_SECONDS * PATIENCE
VIEWS = 1000
KEYSPACE = "silence"


@pytest.fixture
def address(breakable_cassandra: OwnCassandra) -> Address:
    found = Address(((breakable_cassandra.address, breakable_cassandra.port),), KEYSPACE)
    schema.prepare(found)
    return found


@pytest.fixture
def proxy(breakable_cassandra: OwnCassandra) -> Iterator[Proxy]:
    with Proxy(breakable_cassandra.port) as running:
        yield running


@pytest.fixture
def proxied(address: Address, proxy: Proxy) -> Address:
    """The same keyspace through the proxy."""
    return replace(address, nodes=(("127.0.0.1", proxy.port),))


@contextmanager
def opened(address: Address) -> Iterator[OutsideEngine]:
    readers = MemoryReaders(ManualClock(), 0.0, count(time.time_ns()))
    engine = open_timelines(address, readers, lambda: 0, patience=PATIENCE)
    try:
        engine.timelines.install("alice")
        yield engine
    finally:
        engine.close()


def view(timelines: OutsideTimelines) -> TimelineView:
    begin_request(None)
    try:
        return timelines.view("alice", 0, 100, 10)
    finally:
        end_request()


def views(timelines: OutsideTimelines, number: int) -> float:
    """Views so often, as requests do; returns the seconds."""
    started = time.monotonic()
    for _ in range(number):
        assert view(timelines) == LOGS_ALONE
    return time.monotonic() - started


def wait_until_it_answers(timelines: OutsideTimelines) -> None:
    until(lambda: view(timelines) == EMPTY_VIEW)


def test_a_black_hole_costs_one_time_out(proxied: Address, proxy: Proxy) -> None:
    with opened(proxied) as engine:
        wait_until_it_answers(engine.timelines)
        proxy.black_hole()
        assert views(engine.timelines, VIEWS) < 2 * ANSWER
        assert engine.circuit.is_open
        with pytest.raises(Unavailable):
            engine.timelines.push(1, ["alice"])
        proxy.cut()
        proxy.forward()
        wait_until_it_answers(engine.timelines)
        assert engine.timelines.push(1, ["alice"]) == 1


def test_a_paused_node_costs_one_time_out(address: Address, breakable_cassandra: OwnCassandra) -> None:
    with opened(address) as engine:
        wait_until_it_answers(engine.timelines)
        breakable_cassandra.pause()
        assert views(engine.timelines, VIEWS) < 2 * ANSWER
        breakable_cassandra.resume()
        wait_until_it_answers(engine.timelines)


def test_a_push_into_a_paused_node_fails_in_time(address: Address, breakable_cassandra: OwnCassandra) -> None:
    with opened(address) as engine:
        breakable_cassandra.pause()
        started = time.monotonic()
        with pytest.raises(Unavailable):
            engine.timelines.push(1, ["alice"])
        assert time.monotonic() - started < 2 * PATIENT_SECONDS * PATIENCE


def test_connections_that_nobody_accepts_cost_no_wait(proxied: Address, proxy: Proxy) -> None:
    proxy.ignore()
    started = time.monotonic()
    with opened(proxied) as engine:
        assert time.monotonic() - started < 4 * CONNECT_SECONDS * PATIENCE
        assert views(engine.timelines, VIEWS) < ANSWER
        assert engine.circuit.is_open
        proxy.forward()
        wait_until_it_answers(engine.timelines)


def test_a_killed_node_costs_no_wait_and_loses_nothing(address: Address, breakable_cassandra: OwnCassandra) -> None:
    with opened(address) as engine:
        wait_until_it_answers(engine.timelines)
        generation = engine.timelines.install("alice").generation
        engine.timelines.merge("alice", generation, [5, 7], 5, 3)
        engine.timelines.push(9, ["alice"])
        assert _seen(engine.timelines) == ([9, 7, 5], 5, 3)
        breakable_cassandra.kill()
        assert views(engine.timelines, VIEWS) < 2 * ANSWER
        assert engine.circuit.is_open
        breakable_cassandra.start()
        until(lambda: _seen(engine.timelines) == ([9, 7, 5], 5, 3))


def _seen(timelines: OutsideTimelines) -> tuple[Sequence[int], int, int]:
    found = view(timelines)
    return list(found.ids), found.floor, found.mark


def test_a_start_without_a_node_finds_it_later(address: Address, breakable_cassandra: OwnCassandra) -> None:
    breakable_cassandra.kill()
    with opened(address) as engine:
        assert views(engine.timelines, VIEWS) < ANSWER
        breakable_cassandra.start()
        wait_until_it_answers(engine.timelines)


def test_a_request_without_time_asks_nothing(address: Address, breakable_cassandra: OwnCassandra) -> None:
    with opened(address) as engine:
        breakable_cassandra.pause()
        begin_request(time.monotonic() - 100)
        try:
            assert engine.timelines.view("alice", 0, 100, 10) == LOGS_ALONE
        finally:
            end_request()
        assert not engine.circuit.is_open, "the node is not the reason"


def test_a_slow_cluster_keeps_no_request_beyond_its_time(proxied: Address, proxy: Proxy) -> None:
    with opened(proxied) as engine:
        wait_until_it_answers(engine.timelines)
        proxy.delay(ANSWER / 3)
        begin_request(None)
        started = time.monotonic()
        try:
            for _ in range(3):
                generation, mark, floor = engine.timelines.install("alice")
                engine.timelines.merge("alice", generation, range(1, 1000), floor, mark + 1)
                engine.timelines.view("alice", 0, 100, 10)
        finally:
            end_request()
        assert time.monotonic() - started < REQUEST_SECONDS + ANSWER
        proxy.forward()
        until(lambda: view(engine.timelines) != LOGS_ALONE)


def test_the_threads_of_an_engine_end_with_it(address: Address) -> None:
    with opened(address) as engine:
        [thread] = engine.threads
        assert isinstance(thread, BackgroundThread)
        assert thread._thread.is_alive()
    assert not thread._thread.is_alive()
