"""The engines of the large profiles in trials: Cassandra, Kafka, and an emulator of DynamoDB."""

from contextlib import ExitStack
from typing import Any

from tests.engines import jars, own_dynalite
from tests.engines.aws_server import CREDENTIALS, REGION
from tests.engines.own_cassandra import OwnCassandra
from tests.engines.own_dynalite import OwnDynalite
from tests.engines.own_kafka import OwnKafka
from tests.engines.ports import LOCALHOST
from tests.engines.proxy import Proxy
from tests.trial.engines import Engine, Entry

JARS_MISSING = "Java or the jars of Cassandra and Kafka are missing: `make engines` fetches the jars"


def _start_cassandra(_: Any, stack: ExitStack) -> Engine:  # noqa: ANN401 - whatever `find` found
    server = stack.enter_context(OwnCassandra())
    proxy = stack.enter_context(Proxy(server.port))
    return Engine(server, proxy, server.url("perch", proxy.port))


def _start_kafka(_: Any, stack: ExitStack) -> Engine:  # noqa: ANN401
    server = OwnKafka()
    stack.callback(server.close)
    return Engine(server, server.proxy, f"kafka://{server.proxied.servers}")


def _start_dynamodb(program: Any, stack: ExitStack) -> Engine:  # noqa: ANN401
    server = OwnDynalite(program)
    stack.callback(server.close)
    proxy = stack.enter_context(Proxy(server.port))
    settings = {"AWS_ENDPOINT_URL_DYNAMODB": f"http://{LOCALHOST}:{proxy.port}", **CREDENTIALS}
    return Engine(server, proxy, f"dynamodb://{REGION}/perch", settings)


def _found(engine: jars.Jars) -> jars.Jars | None:
    return None if engine.missing else engine


CASSANDRA = Entry("cassandra", lambda: _found(jars.CASSANDRA), JARS_MISSING, _start_cassandra, {})
KAFKA = Entry("kafka", lambda: _found(jars.KAFKA), JARS_MISSING, _start_kafka, {})
DYNAMODB = Entry("dynamodb", own_dynalite.find_dynalite, own_dynalite.MISSING, _start_dynamodb, {})
