"""The brokers of hints. A new one is one more function, named in `BROKERS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from app.compose.ports import Events, EventSource
from infrastructure.memory.events import MemoryEvents
from tests.contracts.limits import HINTS_QUEUED


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


BROKERS = [in_memory]
