"""Both sides of the hints on an emulator."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from cluster.engines.aws_server import AwsServer
from infrastructure.aws import opening
from infrastructure.aws.address import Address
from infrastructure.aws.opening import open_dead, open_sending, open_taking, prepare
from infrastructure.aws.preparing import make_queues
from infrastructure.aws.queue import Queue, open_client
from infrastructure.aws.session import config, open_session, session_with
from infrastructure.events.broker import Broker
from infrastructure.events.dead import DeadEvents

PATIENT_SECONDS = 40.0


def url_of(address: Address) -> str:
    return f"sqs://{address.region}/{address.queue}"


@contextmanager
def found_by_boto3(server: AwsServer, port: int | None = None) -> Iterator[None]:
    """Within the context, boto3 finds the server, on its port or that of a proxy."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.settings(port).items():
            patch.setenv(name, value)
        yield


@contextmanager
def made(server: AwsServer) -> Iterator[Address]:
    """Topic, queues and subscription of a test, as `migrate` makes them; boto3 finds the server within the context."""
    with found_by_boto3(server):
        address = server.new_address()
        prepare(url_of(address))
        yield address


@contextmanager
def queues(address: Address) -> Iterator[tuple[Queue, Queue]]:
    """The main queue and the dead-letter queue, on a server that boto3 finds."""
    with closing(open_client(open_session(address.region))) as client:
        yield Queue(client, address.queue), Queue(client, address.dead_queue)


def make_only_queues(address: Address, max_receive_count: int) -> None:
    """Makes the queues without a topic."""
    with queues(address) as (main, dead):
        make_queues(main, dead, max_receive_count)


@contextmanager
def patient() -> Iterator[None]:
    """Within the context, whoever is opened waits for a slow emulator: a sender would drop its hints for a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "open_session", lambda region: session_with(region, config(PATIENT_SECONDS)))
        yield


def dead_events(address: Address) -> "closing[DeadEvents]":
    return closing(open_dead(url_of(address)))


@contextmanager
def sending(address: Address, capacity: int = 1000) -> Iterator[Broker]:
    broker = open_sending(url_of(address), capacity)
    try:
        yield broker
    finally:
        broker.close()


@contextmanager
def taking(address: Address, capacity: int = 1000, visibility_seconds: int = 30) -> Iterator[Broker]:
    broker = open_taking(url_of(address), capacity, visibility_seconds)
    try:
        yield broker
    finally:
        broker.close()
