"""The engines of a cluster, each in a process of its own, with its data in a temporary folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cluster.engines import jars, own_dynalite, own_moto, own_postgres, own_redis
from cluster.engines.aws_server import CREDENTIALS, REGION
from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.own_kafka import OwnKafka
from cluster.engines.own_moto import OwnMoto
from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.own_redis import OwnRedis
from cluster.engines.processes import EngineFailed


@dataclass(frozen=True)
class RunningEngine:
    """An engine that answers at `url`, until `close`."""

    url: str
    is_running: Callable[[], bool]
    close: Callable[[], None]
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the processes of Perch need to reach it, beside its URL."""


@dataclass(frozen=True)
class Engine:
    """An engine that can be started here."""

    name: str
    missing: Callable[[], str | None]
    """What to install before; None if nothing is missing."""
    start: Callable[[], RunningEngine]
    """Returns when the engine answers; raises `EngineFailed` if it does not."""


def _postgres() -> RunningEngine:
    programs = own_postgres.find_programs()
    if programs is None:
        raise EngineFailed(own_postgres.MISSING)
    server = OwnPostgres(programs)
    server.execute("CREATE DATABASE perch")
    return RunningEngine(server.url("perch"), lambda: server.running, server.close)


def _redis() -> RunningEngine:
    program = own_redis.find_redis()
    if program is None:
        raise EngineFailed(own_redis.MISSING)
    server = OwnRedis(program)
    return RunningEngine(server.url, lambda: server.running, server.close)


def _cassandra() -> RunningEngine:
    # Tests start it often, so that by default its code is compiled fast instead of well.
    server = OwnCassandra(jvm=["-XX:TieredStopAtLevel=4"])
    try:
        server.start()
    except BaseException:
        server.close()
        raise
    return RunningEngine(server.url("perch"), lambda: server.running, server.close)


def _kafka() -> RunningEngine:
    server = OwnKafka()
    return RunningEngine(f"kafka://{server.servers}", lambda: server.running, server.close)


def _dynamodb() -> RunningEngine:
    program = own_dynalite.find_dynalite()
    if program is None:
        raise EngineFailed(own_dynalite.MISSING)
    server = OwnDynalite(program)
    found = {"AWS_ENDPOINT_URL_DYNAMODB": server.url, **CREDENTIALS}
    return RunningEngine(f"dynamodb://{REGION}/perch", lambda: server.running, server.close, found)


def _sqs() -> RunningEngine:
    server = OwnMoto()
    url = f"http://127.0.0.1:{server.port}"
    found = {"AWS_ENDPOINT_URL_SNS": url, "AWS_ENDPOINT_URL_SQS": url, **CREDENTIALS}
    return RunningEngine(f"sqs://{REGION}/perch-tweet-created", lambda: server.running, server.close, found)


POSTGRES = Engine("PostgreSQL", lambda: None if own_postgres.find_programs() else own_postgres.MISSING, _postgres)
REDIS = Engine("Redis", lambda: None if own_redis.find_redis() else own_redis.MISSING, _redis)
CASSANDRA = Engine("Cassandra", lambda: jars.CASSANDRA.missing, _cassandra)
KAFKA = Engine("Kafka", lambda: jars.KAFKA.missing, _kafka)
DYNAMODB = Engine(
    "dynalite (DynamoDB)", lambda: None if own_dynalite.find_dynalite() else own_dynalite.MISSING, _dynamodb
)
SQS = Engine("moto (SNS, SQS)", lambda: None if own_moto.is_installed() else own_moto.MISSING, _sqs)
