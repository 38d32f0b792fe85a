"""The adapters. A new engine is one more way to make all of them, named in the list of `stores`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.compose.ports import Announcements, FollowGraph, Outbox, Timelines, Tweets
from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.redis_server import RedisServer
from domain.delivery import RetryPolicy
from infrastructure.cassandra.address import Address
from infrastructure.memory.stores import MemoryOptions, MemoryStores, open_memory
from infrastructure.postgres.stores import PostgresOptions, PostgresStores
from infrastructure.redis.shared import SharedRedis
from tests.contracts.limits import (
    ALL,
    DUE_SECONDS,
    HINTS_QUEUED,
    IDLE_SECONDS,
    KEYS_KEPT,
    MAX_ATTEMPTS,
    NODE_ID,
    TIMELINE_CAPACITY,
)
from tests.contracts.racing import RACERS
from tests.engines.pgbouncer import PgBouncer
from tests.fakes import cassandra, dynamodb, postgres, redis
from tests.fakes.clock import ManualClock
from tests.fakes.databases import opened

OPTIONS = MemoryOptions(
    RetryPolicy(MAX_ATTEMPTS, jitter=lambda: 1.0),
    node_id=NODE_ID,
    idempotency_capacity=KEYS_KEPT,
    timeline_capacity=TIMELINE_CAPACITY,
    timeline_idle_seconds=IDLE_SECONDS,
    event_queue_capacity=HINTS_QUEUED,
    due_seconds=DUE_SECONDS,
)


POSTGRES = PostgresOptions(
    OPTIONS.retry,
    connections=RACERS,
    timeline_capacity=TIMELINE_CAPACITY,
    timeline_idle_seconds=IDLE_SECONDS,
    due_seconds=DUE_SECONDS,
    lease_seconds=DUE_SECONDS,
    patience=postgres.PATIENCE,
)


@dataclass(frozen=True, slots=True)
class Stores:
    """One adapter of each port, on one engine."""

    tweets: Tweets
    outbox: Outbox
    graph: FollowGraph
    timelines: Timelines
    announcements: Announcements
    trim: Callable[[], object] = lambda: None
    """Cuts timelines to their capacity, where a push does not."""
    expires: bool = False
    """True where idle timelines go by themselves, so that nobody counts them."""
    only_adds: bool = False
    """True where entries are not trimmed but expire, and of several merges at once any may win."""
    rounds: int = 50
    """How often each thread of a race does its work; fewer where that takes long."""


Engine = tuple[ManualClock, Stores]
"""The clock of an engine, and its stores."""

Open = Callable[[pytest.FixtureRequest], AbstractContextManager[Engine]]


@contextmanager
def in_memory(_: pytest.FixtureRequest) -> Iterator[Engine]:
    clock = ManualClock()
    yield clock, _all_of(open_memory(OPTIONS, clock))


@contextmanager
def in_sqlite(request: pytest.FixtureRequest) -> Iterator[Engine]:
    clock = ManualClock()
    folder: Path = request.getfixturevalue("tmp_path")
    with opened(folder / "perch.db", clock, OPTIONS) as made:
        yield clock, replace(_all_of(made.memory), tweets=made.tweets, graph=made.graph)


@contextmanager
def in_postgres(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url: str = request.getfixturevalue("schema_url")
    with _opened_in_postgres(url, url) as engine:
        yield engine


@contextmanager
def through_pgbouncer(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url: str = request.getfixturevalue("schema_url")
    pgbouncer: PgBouncer = request.getfixturevalue("pgbouncer")
    with _opened_in_postgres(url, pgbouncer.url(url.rpartition("/")[2])) as engine:
        yield engine


@contextmanager
def _opened_in_postgres(url: str, url_of_stores: str) -> Iterator[Engine]:
    with postgres.manual_database(url) as clock, postgres.opened(url_of_stores, POSTGRES) as made:
        yield clock, replace(_all_of(made), trim=lambda: made.trim.sweep(ALL))


@contextmanager
def in_redis(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Timelines in Redis, beside all else in PostgreSQL."""
    url: str = request.getfixturevalue("schema_url")
    server: RedisServer = request.getfixturevalue("redis_database")
    with postgres.manual_database(url) as database_clock:
        clock = redis.RedisClock(database_clock, server)
        open_outside = redis.opening(server.url, clock, capacity=TIMELINE_CAPACITY, idle_seconds=IDLE_SECONDS)
        with postgres.opened(url, POSTGRES, open_outside) as made:
            yield clock, replace(_all_of(made), expires=True)


@contextmanager
def in_dynamodb(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Timelines in DynamoDB, beside all else in PostgreSQL."""
    url: str = request.getfixturevalue("schema_url")
    server: OwnDynalite = request.getfixturevalue("dynamodb")
    with postgres.manual_database(url) as clock:
        open_outside = dynamodb.opening(server, clock, connections=RACERS)
        with postgres.opened(url, POSTGRES, open_outside) as made:
            yield clock, replace(_all_of(made), only_adds=True, rounds=5)


@contextmanager
def in_cassandra(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Timelines in Cassandra, beside all else in PostgreSQL."""
    url: str = request.getfixturevalue("schema_url")
    address: Address = request.getfixturevalue("cassandra")
    with postgres.manual_database(url) as clock, postgres.opened(url, POSTGRES, cassandra.opening(address)) as made:
        yield clock, replace(_all_of(made), only_adds=True, rounds=10)


def _all_of(made: MemoryStores | PostgresStores) -> Stores:
    return Stores(made.tweets, made.outbox, made.graph, made.timelines, made.announcements)


@contextmanager
def announced_by_redis(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Announcements through Redis, beside all else in PostgreSQL."""
    server: RedisServer = request.getfixturevalue("redis_database")
    with in_postgres(request) as (clock, stores):
        shared = SharedRedis(server.url, "the secret of the database", redis.TIMEOUT_SECONDS)
        with closing(shared):
            announcements = shared.announcements(stores.announcements, stores.tweets.frontier)
            yield clock, replace(stores, announcements=announcements)


LOCAL = [in_memory, in_sqlite]
EVERY = [
    *LOCAL,
    pytest.param(in_postgres, marks=pytest.mark.engines),
    pytest.param(through_pgbouncer, marks=[pytest.mark.engines, pytest.mark.long]),
]
BESIDE = {
    "timelines": [
        pytest.param(in_redis, marks=pytest.mark.engines),
        pytest.param(in_dynamodb, marks=pytest.mark.engines),
        pytest.param(in_cassandra, marks=pytest.mark.engines),
    ],
    "announcements": [pytest.param(announced_by_redis, marks=pytest.mark.engines)],
}
"""Engines beside PostgreSQL, by the fixture for which they are; all else is there as it is without them."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test on all engines, and a test that is marked `local` on those that live in one process."""
    if "engine" in metafunc.fixturenames:
        engines = LOCAL if metafunc.definition.get_closest_marker("local") else EVERY
        for name, beside in BESIDE.items():
            engines = [*engines, *(beside if name in metafunc.fixturenames else ())]
        metafunc.parametrize("engine", engines, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine with empty stores."""
    open_engine: Open = request.param
    with open_engine(request) as opened_engine:
        yield opened_engine


@pytest.fixture
def clock(engine: Engine) -> ManualClock:
    return engine[0]


@pytest.fixture
def stores(engine: Engine) -> Stores:
    return engine[1]


@pytest.fixture
def tweets(stores: Stores) -> Tweets:
    return stores.tweets


@pytest.fixture
def outbox(stores: Stores) -> Outbox:
    return stores.outbox


@pytest.fixture
def graph(stores: Stores) -> FollowGraph:
    return stores.graph


@pytest.fixture
def rounds(stores: Stores) -> int:
    return stores.rounds


@pytest.fixture
def timelines(stores: Stores) -> Timelines:
    return stores.timelines


@pytest.fixture
def announcements(stores: Stores) -> Announcements:
    return stores.announcements
