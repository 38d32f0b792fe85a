"""Fixtures: both sides, on topics of the test's own."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_kafka import OwnKafka
from infrastructure.kafka.address import parse
from infrastructure.kafka.topics import make_topics
from tests.e2e.conftest import real_data
from tests.engines.conftest import start_fleet
from tests.engines.reed98 import reed98
from tests.kafka.sides import SHORT, STEADY, OpenSides, Sides, sides_at

__all__ = ["real_data", "reed98", "start_fleet"]


@pytest.fixture
def open_sides(kafka_server: KafkaServer) -> Iterator[OpenSides]:
    """Opens sides with these options of the address; the topics are made."""
    del kafka_server
    with ExitStack() as stack:

        def opened(url: str) -> Sides:
            make_topics(parse(url))
            return stack.enter_context(sides_at(url))

        yield opened


@pytest.fixture
def sides(kafka_server: KafkaServer, open_sides: OpenSides) -> Sides:
    """Sides with three partitions."""
    return open_sides(kafka_server.new_url(partitions=3, **STEADY))


@pytest.fixture
def proxied_sides(breakable_kafka: OwnKafka) -> Iterator[Sides]:
    """Sides that reach a broker through its proxy, while the test breaks both."""
    url = breakable_kafka.proxied.new_url(partitions=3, **SHORT)
    make_topics(parse(url))
    with sides_at(url) as sides:
        yield sides


@pytest.fixture
def broker_url(kafka_server: KafkaServer) -> str:
    url = kafka_server.new_url(partitions=6, **SHORT)
    make_topics(parse(url))
    return url
