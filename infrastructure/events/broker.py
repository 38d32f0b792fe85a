"""One process's side of a broker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infrastructure.background import BackgroundThread
from infrastructure.events.taken import Events, EventSource
from infrastructure.outside.circuit import Circuit


@dataclass(frozen=True, slots=True)
class Broker:
    """The adapters of the side that this process needs; the other side has no hints."""

    events: Events
    source: EventSource
    threads: Sequence[BackgroundThread] = ()
    """They run already."""
    close: Callable[[], object] = lambda: None
    """Ends threads and connections within a few seconds; what is unsent is lost, what is taken is taken again."""
    circuits: Sequence[Circuit] = ()
    """Those whose state is a metric."""
