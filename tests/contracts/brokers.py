"""The brokers of hints. A new one is one more function, named in `BROKERS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from app.compose.ports import Events, EventSource
from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_moto import OwnMoto
from infrastructure.events.dead import DeadEvents
from infrastructure.kafka import opening as kafka
from infrastructure.kafka.address import parse
from infrastructure.memory.events import MemoryEvents
from tests.contracts.limits import HINTS_QUEUED
from tests.fakes import aws


@dataclass(frozen=True, slots=True)
class Hints:
    """Both sides of a broker that has no hints yet."""

    events: Events
    """Its buffer has room for `HINTS_QUEUED` hints."""
    source: EventSource
    dead: DeadEvents | None = None
    """None where nothing but hints can get in."""
    send: Callable[[bytes], object] | None = None
    """Writes this message to where the source takes from, as somebody else might."""


OpenHints = Callable[[pytest.FixtureRequest], AbstractContextManager[Hints]]


@contextmanager
def in_memory(_: pytest.FixtureRequest) -> Iterator[Hints]:
    events = MemoryEvents(HINTS_QUEUED)
    yield Hints(events, events)


@contextmanager
def in_kafka(request: pytest.FixtureRequest) -> Iterator[Hints]:
    server: KafkaServer = request.getfixturevalue("kafka_server")
    url = server.new_url(partitions=3)
    kafka.prepare(url)
    topic = parse(url).topic
    sending, taking = kafka.open_sending(url, HINTS_QUEUED), kafka.open_taking(url, HINTS_QUEUED)
    dead = kafka.open_dead(url)
    try:
        yield Hints(sending.events, taking.source, dead, lambda body: server.send(topic, body))
    finally:
        dead.close()
        taking.close()
        sending.close()


@contextmanager
def in_sns_and_sqs(request: pytest.FixtureRequest) -> Iterator[Hints]:
    server: OwnMoto = request.getfixturevalue("moto_server")
    with (
        aws.patient(),
        aws.made(server) as address,
        aws.sending(address, HINTS_QUEUED) as serve,
        aws.taking(address, HINTS_QUEUED) as work,
        aws.dead_events(address) as dead,
    ):
        yield Hints(serve.events, work.source, dead, lambda body: server.send(address.queue, body.decode("utf-8")))


OUTSIDE = [
    pytest.param(in_kafka, marks=pytest.mark.engines),
    pytest.param(in_sns_and_sqs, marks=pytest.mark.engines),
]
BROKERS = [in_memory, *OUTSIDE]
