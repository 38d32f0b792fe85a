"""Real engines in the place of those that the settings of a deployed process name."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import pytest

from cluster.engines.aws_server import CREDENTIALS, REGION
from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.own_moto import OwnMoto
from cluster.engines.redis_server import RedisServer

URLS = ("DATABASE_URL", "TIMELINES_URL", "REDIS_URL", "EVENTS_URL")
Variables = Mapping[str, str]


def on_engines_of_the_tests(variables: Variables, request: pytest.FixtureRequest, name: str) -> Variables:
    """The variables with other URLs, and what these need; each engine is started by its fixture, or the test skipped.

    `name` tells the keyspace, the topics and so on from those of other tests.
    """
    found = {**variables, "DATABASE_URL": request.getfixturevalue("postgres_database")}
    for setting in URLS[1:]:
        if setting in variables:
            url, more = _STARTS[urlsplit(variables[setting]).scheme](request, name)
            found |= {setting: url, **more}
    return found


def _redis(request: pytest.FixtureRequest, _: str) -> tuple[str, Variables]:
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.url, {}


def _cassandra(request: pytest.FixtureRequest, name: str) -> tuple[str, Variables]:
    host, port = request.getfixturevalue("cassandra_node")
    return f"cassandra://{host}:{port}/{name}", {}


def _kafka(request: pytest.FixtureRequest, name: str) -> tuple[str, Variables]:
    server: KafkaServer = request.getfixturevalue("kafka_server")
    return f"kafka://{server.servers}/{name}", {}


def _dynamodb(request: pytest.FixtureRequest, name: str) -> tuple[str, Variables]:
    server: OwnDynalite = request.getfixturevalue("dynamodb_server")
    return f"dynamodb://{REGION}/{name}", {"AWS_ENDPOINT_URL_DYNAMODB": server.url, **CREDENTIALS}


def _sqs(request: pytest.FixtureRequest, name: str) -> tuple[str, Variables]:
    server: OwnMoto = request.getfixturevalue("moto_server")
    url = f"http://127.0.0.1:{server.port}"
    return f"sqs://{REGION}/{name}", {"AWS_ENDPOINT_URL_SNS": url, "AWS_ENDPOINT_URL_SQS": url, **CREDENTIALS}


_STARTS: Mapping[str, Callable[[pytest.FixtureRequest, str], tuple[str, Variables]]] = {
    "redis": _redis,
    "rediss": _redis,
    "cassandra": _cassandra,
    "kafka": _kafka,
    "dynamodb": _dynamodb,
    "sqs": _sqs,
}
