"""The brokers of hints. A new one is one more function, named in `BROKERS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from app.compose.ports import Events, EventSource
from infrastructure.memory.events import MemoryEvents
from tests.contracts.limits import HINTS_QUEUED
from tests.engines.own_moto import OwnMoto
from tests.fakes import aws


@dataclass(frozen=True, slots=True)
class Hints:
    """Both sides of a broker that has no hints yet."""

    events: Events
    """Its buffer has room for `HINTS_QUEUED` hints."""
    source: EventSource


OpenHints = Callable[[pytest.FixtureRequest], AbstractContextManager[Hints]]


@contextmanager
def in_memory(_: pytest.FixtureRequest) -> Iterator[Hints]:
    events = MemoryEvents(HINTS_QUEUED)
    yield Hints(events, events)


@contextmanager
def through_sns_and_sqs(request: pytest.FixtureRequest) -> Iterator[Hints]:
    server: OwnMoto = request.getfixturevalue("moto_server")
    with (
        aws.made(server) as address,
        aws.sending(address, HINTS_QUEUED) as serve,
        aws.taking(address, HINTS_QUEUED) as work,
    ):
        yield Hints(serve.events, work.source)


BROKERS = [in_memory, pytest.param(through_sns_and_sqs, marks=pytest.mark.engines)]
