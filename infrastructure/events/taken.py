"""What the two sides of the events tell each other and the metrics."""

from dataclasses import dataclass
from typing import Any, Protocol

from domain.events import TweetCreated
from infrastructure.counts import QueueCounts


@dataclass(frozen=True, slots=True)
class Taken:
    """A hint that was taken from its source, which wants to hear when its delivery is finished."""

    event: TweetCreated
    receipt: Any = None
    """What the source needs to acknowledge the hint. Nobody else looks at it."""


class Events(Protocol):
    """The side that sends."""

    def hint(self, event: TweetCreated) -> None:
        """Sends the hint on its way; never waits or raises. A hint may be lost: its outbox row then falls due."""

    def counts(self) -> QueueCounts:
        """Returns the counts of this side: `sent` and `dropped`."""


class EventSource(Protocol):
    """The side that takes. Only one thread at a time may call `take` and `done`."""

    def take(self, timeout: float) -> Taken | None:
        """Returns the next hint; None after `timeout` seconds without one. What is no hint goes to the dead events."""

    def done(self, taken: Taken) -> None:
        """Acknowledges the hint: its tweet was pushed, or the failure is in its outbox row. Never waits or raises."""

    def counts(self) -> QueueCounts:
        """Returns the counts of this side: `depth`, `capacity`, `taken` and `dead`."""
