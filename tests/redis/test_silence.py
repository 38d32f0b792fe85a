"""A Redis that does not answer costs one time-out, and then nothing, until it answers again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from cluster.engines.own_redis import OwnRedis
from cluster.engines.proxy import Proxy
from cluster.engines.redis_server import RedisServer
from domain.errors import Unavailable
from domain.timeline import EMPTY_VIEW
from infrastructure.background import BackgroundThread
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.outside.circuit import NoAnswer
from infrastructure.outside.engine import OutsideEngine, OutsideTimelines
from infrastructure.redis.connections import Connections, packed
from infrastructure.redis.opening import open_timelines
from tests.engines.until import until
from tests.redis.world import EpochRow

TIMEOUT_SECONDS = 1.0
"""Longer than in production, so that a busy machine is not taken for a silent server."""

WAIT_SECONDS = 30.0
PING = packed("PING")
VIEWS = 1000


@contextmanager
def opened(url: str) -> Iterator[OutsideEngine]:
    engine = open_timelines(
        url, EpochRow(), time.monotonic, capacity=10, idle_seconds=0.0, timeout_seconds=TIMEOUT_SECONDS
    )
    try:
        yield engine
    finally:
        engine.close()


def views(timelines: OutsideTimelines, number: int) -> float:
    """Views so often; returns the seconds."""
    started = time.monotonic()
    for _ in range(number):
        assert timelines.view("alice", 0, 100, 10) == LOGS_ALONE
    return time.monotonic() - started


def wait_until_it_answers(timelines: OutsideTimelines) -> None:
    until(lambda: timelines.view("alice", 0, 100, 10) == EMPTY_VIEW)


def test_a_black_hole_costs_one_time_out(redis_database: RedisServer, redis_proxy: Proxy) -> None:
    with opened(redis_database.url_through(redis_proxy.port)) as engine:
        assert engine.timelines.view("alice", 0, 100, 10) == EMPTY_VIEW
        redis_proxy.black_hole()
        assert views(engine.timelines, VIEWS) < 2 * TIMEOUT_SECONDS
        assert engine.circuit.is_open
        with pytest.raises(Unavailable):
            engine.timelines.push(1, ["alice"])
        assert not engine.timelines.discard("alice")
        redis_proxy.cut()
        redis_proxy.forward()
        wait_until_it_answers(engine.timelines)


def test_a_paused_server_costs_one_time_out(breakable_redis: OwnRedis) -> None:
    with opened(breakable_redis.url) as engine:
        assert engine.timelines.view("alice", 0, 100, 10) == EMPTY_VIEW
        breakable_redis.pause()
        assert views(engine.timelines, VIEWS) < 2 * TIMEOUT_SECONDS
        breakable_redis.resume()
        wait_until_it_answers(engine.timelines)


def test_connections_that_nobody_accepts_cost_one_time_out(redis_database: RedisServer, redis_proxy: Proxy) -> None:
    redis_proxy.ignore()
    with opened(redis_database.url_through(redis_proxy.port)) as engine:
        assert engine.circuit.is_open
        assert views(engine.timelines, VIEWS) < TIMEOUT_SECONDS
        redis_proxy.forward()
        wait_until_it_answers(engine.timelines)


def test_a_killed_server_costs_no_wait(breakable_redis: OwnRedis) -> None:
    with opened(breakable_redis.url) as engine:
        breakable_redis.kill()
        assert views(engine.timelines, VIEWS) < TIMEOUT_SECONDS
        assert engine.circuit.is_open
        breakable_redis.start()
        wait_until_it_answers(engine.timelines)


def test_the_threads_of_an_engine_end_with_it(redis_database: RedisServer) -> None:
    with opened(redis_database.url) as engine:
        [thread] = engine.threads
        assert isinstance(thread, BackgroundThread)
        assert thread._thread.is_alive()
    assert not thread._thread.is_alive()


def test_a_closed_connection_is_replaced(redis_database: RedisServer, redis_proxy: Proxy) -> None:
    connections = Connections(redis_database.url_through(redis_proxy.port), WAIT_SECONDS)
    for _ in range(3):
        assert connections.ask(PING, PING) == [b"PONG", b"PONG"]
        redis_proxy.cut()
    connections.drop()


def test_an_answer_that_comes_too_late_is_never_taken_for_another(
    redis_database: RedisServer, redis_proxy: Proxy
) -> None:
    redis_database.ask("SET", "late", "late")
    connections = Connections(redis_database.url_through(redis_proxy.port), TIMEOUT_SECONDS)
    assert connections.ask(PING) == [b"PONG"]
    redis_proxy.black_hole()
    with pytest.raises(NoAnswer):
        connections.ask(packed("GET", "late"))
    redis_proxy.forward()
    assert connections.ask(PING) == [b"PONG"]
    connections.drop()


def test_a_cut_in_the_middle_of_answers_repeats_all(redis_database: RedisServer, redis_proxy: Proxy) -> None:
    connections = Connections(redis_database.url_through(redis_proxy.port), WAIT_SECONDS)
    assert connections.ask(PING) == [b"PONG"]
    cut = redis_proxy.cut_answer(b"PING", after=10)
    assert connections.ask(PING, PING) == [b"PONG", b"PONG"]
    assert cut.is_set()
    connections.drop()


def test_a_refused_connection_is_unavailable(redis_database: RedisServer, redis_proxy: Proxy) -> None:
    redis_proxy.refuse()
    connections = Connections(redis_database.url_through(redis_proxy.port), WAIT_SECONDS)
    with pytest.raises(Unavailable, match="cannot be asked"):
        connections.ask(PING)


def test_a_password_is_sent_and_a_wrong_one_is_unavailable(breakable_redis: OwnRedis) -> None:
    breakable_redis.ask("CONFIG", "SET", "requirepass", "the password")
    try:
        for password, answers in (("the%20password", True), ("another", False)):
            connections = Connections(breakable_redis.url.replace("//", f"//:{password}@"), WAIT_SECONDS)
            with nullcontext() if answers else pytest.raises(Unavailable, match="cannot be asked"):
                assert connections.ask(PING) == [b"PONG"]
            connections.drop()
    finally:
        # The client of the tests has no password.
        Connections(breakable_redis.url.replace("//", "//:the%20password@"), WAIT_SECONDS).ask(
            packed("CONFIG", "SET", "requirepass", "")
        )
