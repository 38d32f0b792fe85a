"""Engines for the benchmarks: servers of their own on all CPUs, and databases that have Perch's schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cpus import ALL, children_on
from cluster.engines import own_postgres, own_redis
from cluster.engines.jars import CASSANDRA, KAFKA
from cluster.engines.own_cassandra import DEFAULT, OwnCassandra
from cluster.engines.own_kafka import OwnKafka
from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.own_redis import OwnRedis
from cluster.engines.postgres import PostgresServer
from infrastructure.postgres.migrating import migrate


def why_no_postgres() -> str | None:
    """Returns the reason why there is no PostgreSQL to measure; None if there is one."""
    return own_postgres.MISSING if own_postgres.find_programs() is None else None


def postgres_program(name: str) -> Path | None:
    """Returns a program that came with the server; None if it is not there."""
    folder = own_postgres.find_programs()
    return folder / name if folder and (folder / name).is_file() else None


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Runs PostgreSQL, on disk as in production; raises `RuntimeError` if it is not installed."""
    programs = own_postgres.find_programs()
    if programs is None:
        raise RuntimeError(own_postgres.MISSING)
    with children_on(ALL):
        own = OwnPostgres(programs)
    with own as server:
        yield server


def why_no_redis() -> str | None:
    """Returns the reason why there is no Redis beside PostgreSQL to measure; None if there is one."""
    return why_no_postgres() or (own_redis.MISSING if own_redis.find_redis() is None else None)


@contextmanager
def running_redis() -> Iterator[OwnRedis]:
    """Runs Redis, without persistence; raises `RuntimeError` if it is not installed."""
    program = own_redis.find_redis()
    if program is None:
        raise RuntimeError(own_redis.MISSING)
    with children_on(ALL):
        own = OwnRedis(program)
    with own as server:
        yield server


def why_no_cassandra() -> str | None:
    """Returns the reason why there is no Cassandra beside PostgreSQL to measure; None if there is one."""
    return why_no_postgres() or CASSANDRA.missing


@contextmanager
def running_cassandra() -> Iterator[OwnCassandra]:
    """Runs a node that compiles its code and writes its log as by default; raises `RuntimeError` without its jars."""
    if CASSANDRA.missing:
        raise RuntimeError(CASSANDRA.missing)
    with children_on(ALL):
        own = OwnCassandra(jvm=["-XX:TieredStopAtLevel=4"], commitlog_sync=DEFAULT)
        own.start()
    try:
        yield own
    finally:
        own.close()


def why_no_kafka() -> str | None:
    """Returns the reason why there is no Kafka beside PostgreSQL to measure; None if there is one."""
    return why_no_postgres() or KAFKA.missing


@contextmanager
def running_kafka() -> Iterator[OwnKafka]:
    """Runs one broker."""
    with children_on(ALL):
        own = OwnKafka()
    with own as server:
        yield server


@contextmanager
def database(server: PostgresServer, timelines: str = "postgresql") -> Iterator[str]:
    """Yields the URL of an empty database with Perch's schema; the timelines are in it, or where it says."""
    name = server.create_database()
    migrate(server.url(name), "head", timelines)
    yield server.url(name)
    server.drop_database(name)
