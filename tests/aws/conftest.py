"""Fixtures: emulators that boto3 finds, with queues of the test's own."""

from collections.abc import Iterator

import pytest

from cluster.engines.own_moto import OwnMoto
from cluster.engines.proxy import Proxy
from infrastructure.aws.address import Address
from tests.e2e.conftest import real_data
from tests.engines.conftest import start_fleet
from tests.engines.own_elasticmq import OwnElasticMq
from tests.engines.reed98 import reed98
from tests.fakes.aws import found_by_boto3, made, make_only_queues, url_of

__all__ = ["real_data", "reed98", "start_fleet"]

MAX_RECEIVE_COUNT = 2


@pytest.fixture
def moto(moto_server: OwnMoto) -> Iterator[OwnMoto]:
    """The emulator of SNS and SQS, which the test can kill and pause; it is mended after the test."""
    yield moto_server
    moto_server.mend()


@pytest.fixture
def address(moto: OwnMoto) -> Iterator[Address]:
    """Topic, queues and subscription, as `migrate` makes them."""
    with made(moto) as names:
        yield names


@pytest.fixture
def proxied(moto: OwnMoto, address: Address) -> Iterator[Proxy]:
    """A proxy to the emulator, through which boto3 goes from now on."""
    del address  # it is made without the proxy
    with Proxy(moto.port) as proxy, found_by_boto3(moto, proxy.port):
        yield proxy


@pytest.fixture
def elasticmq(elasticmq_server: OwnElasticMq) -> Iterator[OwnElasticMq]:
    """The emulator of SQS with redrive policies, which boto3 finds; it is mended after the test."""
    with found_by_boto3(elasticmq_server):
        yield elasticmq_server
    elasticmq_server.mend()


@pytest.fixture
def queues_alone(elasticmq: OwnElasticMq) -> Address:
    """Both queues, without a topic; what was taken twice is dead."""
    address = elasticmq.new_address()
    make_only_queues(address, MAX_RECEIVE_COUNT)
    return address


@pytest.fixture
def events(moto: OwnMoto) -> dict[str, str]:
    """The settings of processes whose topic and queues are not there yet."""
    address = moto.new_address()
    return {"EVENTS_URL": url_of(address), **moto.settings()}


@pytest.fixture
def settings(events: dict[str, str], postgres_database: str) -> dict[str, str]:
    """The same, of processes that are no fleet."""
    return {"DATABASE_URL": postgres_database, **events}
