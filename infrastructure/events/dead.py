"""Dead events: what was taken for a hint and is none. They are kept at the broker until somebody decides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_MILLISECONDS = re.compile(r"[0-9]{1,13}")


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """A message that is no hint."""

    body: bytes
    reason: str
    """A sentence that says why it is none."""
    failed_at_ms: int
    """The time at which it was found, Unix time in milliseconds."""
    origin: str
    """Where it was found."""


def time_of(said: str, otherwise: int) -> int:
    """Returns the Unix time in milliseconds that a message says; `otherwise` if it says none of these centuries."""
    return int(said) if _MILLISECONDS.fullmatch(said) else otherwise


class DeadEvents(Protocol):
    """The dead events at a broker, oldest first. All methods raise `Unavailable`.

    Each looks at what is there when it is called, and takes a bounded part of it into memory at once.
    """

    def show(self, limit: int) -> Iterator[DeadEvent]:
        """Yields at most `limit` dead events, and leaves them there."""

    def redrive(self, limit: int) -> int:
        """Sends at most `limit` dead events to the workers again, and removes them; returns their number.

        Where it is interrupted, some may be sent twice, and none is lost.
        """

    def drop(self, limit: int) -> int:
        """Removes at most `limit` dead events; returns their number."""

    def close(self) -> None:
        """Ends connections and threads."""
