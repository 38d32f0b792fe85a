"""The engines of the large profiles in trials: Cassandra, Kafka, and emulators of DynamoDB, SNS and SQS."""

import random
import time
from contextlib import ExitStack
from typing import Any

from cluster.engines import jars, own_dynalite, own_moto
from cluster.engines.aws_server import CREDENTIALS, REGION
from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.own_kafka import OwnKafka
from cluster.engines.own_moto import OwnMoto
from cluster.engines.ports import LOCALHOST
from cluster.engines.proxy import Proxy
from tests.trial import three_nodes
from tests.trial.engines import Engine, Entry, kill

JARS_MISSING = "Java or the jars of Cassandra and Kafka are missing: `make engines` fetches the jars"

TABLE = "perch"
GONE_SECONDS = 4.0
"""The real one takes as long to remove a table, and a merge that began with it has ended, one way or the other."""


def lose_data(engine: Engine, _: random.Random) -> None:
    """All of it; then somebody migrates."""
    engine.server.lose_data()
    engine.migrate()


def lose_table(engine: Engine, _: random.Random) -> None:
    """The table goes, as a cache may; then somebody migrates."""
    engine.server.client.delete_table(TableName=TABLE)
    time.sleep(GONE_SECONDS)
    engine.migrate()


def kill_and_migrate(engine: Engine, rng: random.Random) -> None:
    """Topics and queues are in the memory of the emulator alone."""
    kill(engine, rng)
    engine.migrate()


def _start_kafka(_: Any, stack: ExitStack) -> Engine:  # noqa: ANN401 - whatever `find` found
    server = OwnKafka()
    stack.callback(server.close)
    return Engine(server, [server.proxy], f"kafka://{server.proxied.servers}")


def _start_dynamodb(program: Any, stack: ExitStack) -> Engine:  # noqa: ANN401
    server = OwnDynalite(program)
    stack.callback(server.close)
    proxy = stack.enter_context(Proxy(server.port))
    settings = {"AWS_ENDPOINT_URL_DYNAMODB": f"http://{LOCALHOST}:{proxy.port}", **CREDENTIALS}
    return Engine(server, [proxy], f"dynamodb://{REGION}/{TABLE}", settings)


def _start_sqs(_: Any, stack: ExitStack) -> Engine:  # noqa: ANN401
    server = OwnMoto()
    stack.callback(server.close)
    proxy = stack.enter_context(Proxy(server.port))
    url = f"http://{LOCALHOST}:{proxy.port}"
    settings = {"AWS_ENDPOINT_URL_SNS": url, "AWS_ENDPOINT_URL_SQS": url, **CREDENTIALS}
    return Engine(server, [proxy], f"sqs://{REGION}/perch-tweet-created", settings)


def _found(engine: jars.Jars) -> jars.Jars | None:
    return None if engine.missing else engine


CASSANDRA = Entry(
    "cassandra",
    lambda: _found(jars.CASSANDRA),
    JARS_MISSING,
    three_nodes.start,
    three_nodes.HARMS_TO_NODES,
    {"lose-data": lose_data},
)
KAFKA = Entry("kafka", lambda: _found(jars.KAFKA), JARS_MISSING, _start_kafka, {"lose-data": lose_data})
DYNAMODB = Entry(
    "dynamodb", own_dynalite.find_dynalite, own_dynalite.MISSING, _start_dynamodb, {"lose-table": lose_table}
)
SQS = Entry("sqs", own_moto.is_installed, own_moto.MISSING, _start_sqs, {"kill": kill_and_migrate})
