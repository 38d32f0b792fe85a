"""Fixtures: engines, which each test process starts on first use and shares among its tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.engines import jars, own_dynalite, own_moto, own_postgres, own_redis
from cluster.engines.dynamodb_server import CREDENTIALS
from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.own_kafka import OwnKafka
from cluster.engines.own_moto import OwnMoto
from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.own_redis import OwnRedis
from cluster.engines.postgres import PostgresServer
from cluster.engines.proxy import Proxy
from cluster.engines.redis_server import RedisServer
from infrastructure.cassandra import schema
from infrastructure.cassandra.address import Address
from infrastructure.postgres.migrating import migrate
from tests.engines import pgbouncer as bouncer
from tests.engines.missing import go_without
from tests.engines.own_elasticmq import OwnElasticMq
from tests.engines.pgbouncer import PgBouncer
from tests.engines.shared import shared

POSTGRES_URL = "PERCH_TEST_POSTGRES_URL"
REDIS_URL = "PERCH_TEST_REDIS_URL"
KAFKA = "PERCH_TEST_KAFKA"
NOT_OURS = f"{POSTGRES_URL} names a server which tests must not stop"

ENGINES = {
    *("postgres_server", "redis_server", "dynamodb_server", "cassandra_node", "own_cassandra"),
    *("kafka_server", "own_kafka", "moto_server", "elasticmq_server"),
}
"""All other fixtures of this file need one of these."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that need an engine, before some are chosen by their marks."""
    for item in items:
        if isinstance(item, pytest.Function) and ENGINES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.engines)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test process, or the one that `PERCH_TEST_POSTGRES_URL` names."""
    if url := os.environ.get(POSTGRES_URL):
        with PostgresServer(url) as server:
            yield server
        return
    programs = own_postgres.find_programs()
    if programs is None:
        go_without(own_postgres.MISSING)
    with OwnPostgres(programs) as server:
        yield server


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture
def breakable_postgres(postgres_server: PostgresServer, postgres_database: str) -> Iterator[OwnPostgres]:
    """The server of this test process, which the test can stop, kill, pause and set; it is mended after the test."""
    del postgres_database  # it is dropped later than the server is mended
    if not isinstance(postgres_server, OwnPostgres):
        pytest.skip(NOT_OURS)
    yield postgres_server
    postgres_server.mend()


@pytest.fixture
def postgres_proxy(postgres_server: PostgresServer) -> Iterator[Proxy]:
    """A proxy to the server; `postgres_server.url(database, port=postgres_proxy.port)` is a URL through it."""
    with Proxy(postgres_server.port, postgres_server.host) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: PostgresServer) -> Iterator[PgBouncer]:
    """PgBouncer in front of the server of this test process."""
    program = bouncer.find_pgbouncer()
    if program is None:
        go_without(bouncer.MISSING)
    if not isinstance(postgres_server, OwnPostgres):
        pytest.skip(f"PgBouncer needs a server that trusts everybody; {POSTGRES_URL} names another")
    with PgBouncer(program, postgres_server) as running:
        yield running


@pytest.fixture(scope="session")
def schema_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database with the schema, which tests share one after the other and empty first."""
    name = postgres_server.create_database()
    migrate(postgres_server.url(name), "head", "postgresql")
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture
def own_schema_url(postgres_database: str) -> str:
    """The URL of a database with the schema for this test alone, which may change its functions."""
    migrate(postgres_database, "head", "postgresql")
    return postgres_database


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The Redis server of this test process, or the one that `PERCH_TEST_REDIS_URL` names and tests empty."""
    if url := os.environ.get(REDIS_URL):
        with RedisServer(url) as given:
            yield given
        return
    program = own_redis.find_redis()
    if program is None:
        go_without(own_redis.MISSING)
    with OwnRedis(program) as server:
        yield server


@pytest.fixture
def redis_database(redis_server: RedisServer) -> RedisServer:
    """The server, without keys."""
    redis_server.empty()
    return redis_server


@pytest.fixture
def breakable_redis(redis_database: RedisServer) -> Iterator[OwnRedis]:
    """The server of this test process, which the test can kill and pause; it is mended after the test."""
    if not isinstance(redis_database, OwnRedis):
        pytest.skip(f"{REDIS_URL} names a server which tests must not stop")
    yield redis_database
    redis_database.mend()


@pytest.fixture
def redis_proxy(redis_database: RedisServer) -> Iterator[Proxy]:
    """A proxy to the server; `redis_database.url_through(redis_proxy.port)` is its URL."""
    with Proxy(redis_database.port, redis_database.host) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def dynamodb_server() -> Iterator[OwnDynalite]:
    """The emulator of DynamoDB of this test process."""
    program = own_dynalite.find_dynalite()
    if program is None:
        go_without(own_dynalite.MISSING)
    with OwnDynalite(program) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield server


@pytest.fixture
def dynamodb(dynamodb_server: OwnDynalite) -> Iterator[OwnDynalite]:
    """The emulator with an empty table, which the test can kill and pause; it is mended after the test."""
    dynamodb_server.empty()
    yield dynamodb_server
    dynamodb_server.mend()


@pytest.fixture
def dynamodb_proxy(dynamodb: OwnDynalite) -> Iterator[Proxy]:
    """A proxy to the emulator; `dynamodb.url_through(dynamodb_proxy.port)` is its URL."""
    with Proxy(dynamodb.port) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all test processes of this run."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def kafka_server(run_folder: Path) -> Iterator[KafkaServer]:
    """The Kafka broker of all test processes, or the one that `PERCH_TEST_KAFKA` names as host:port."""
    if servers := os.environ.get(KAFKA):
        yield KafkaServer(servers)
        return
    _require_kafka()
    with shared("kafka", run_folder) as servers:
        yield KafkaServer(servers)


@pytest.fixture(scope="session")
def own_kafka() -> Iterator[OwnKafka]:
    """A broker of this test process alone."""
    _require_kafka()
    with OwnKafka() as server:
        yield server


@pytest.fixture
def breakable_kafka(own_kafka: OwnKafka) -> Iterator[OwnKafka]:
    """A broker that the test can stop, kill, pause and rob of its data; it is mended after the test."""
    yield own_kafka
    own_kafka.mend()


def _require_kafka() -> None:
    if reason := jars.KAFKA.missing:
        go_without(reason)


@pytest.fixture(scope="session")
def moto_server() -> Iterator[OwnMoto]:
    """The emulator of SNS and SQS of this test process."""
    if not own_moto.is_installed():
        go_without(own_moto.MISSING)
    with OwnMoto() as server:
        yield server


@pytest.fixture(scope="session")
def elasticmq_server() -> Iterator[OwnElasticMq]:
    """The emulator of SQS of this test process that knows redrive policies."""
    if reason := jars.ELASTICMQ.missing:
        go_without(reason)
    with OwnElasticMq() as server:
        yield server


@pytest.fixture(scope="session")
def cassandra_node(run_folder: Path) -> Iterator[tuple[str, int]]:
    """Host and port of the node of all test processes."""
    if jars.CASSANDRA.missing:
        go_without(jars.CASSANDRA.missing)
    with shared("cassandra", run_folder) as found:
        host, _, port = found.rpartition(":")
        yield host, int(port)


@pytest.fixture(scope="session")
def cassandra(cassandra_node: tuple[str, int]) -> Address:
    """A keyspace of this test process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    address = Address((cassandra_node,), f"perch_{worker}")
    schema.prepare(address)
    return address


@pytest.fixture(scope="session")
def own_cassandra() -> Iterator[OwnCassandra]:
    """A node of this test process alone, which tests can kill and pause."""
    if jars.CASSANDRA.missing:
        go_without(jars.CASSANDRA.missing)
    with OwnCassandra() as node:
        yield node


@pytest.fixture
def breakable_cassandra(own_cassandra: OwnCassandra) -> Iterator[OwnCassandra]:
    """The same node; it is mended after the test."""
    yield own_cassandra
    own_cassandra.mend()
