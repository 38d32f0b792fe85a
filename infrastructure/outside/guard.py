"""What happens to reads and merges while an engine of timelines fails."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from domain.errors import Unavailable
from domain.timeline import TimelineView
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.outside.circuit import Circuit

NO_GENERATION = 0
"""The generation of a timeline that could not be installed. A merge into it does nothing."""

Result = TypeVar("Result")


class Guard:
    """Asks the engine through a circuit. While it fails, reads get a view that sends them to the author logs."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit

    def view(self, look: Callable[[], TimelineView]) -> TimelineView:
        """Returns the view that `look` finds, or the one of the author logs alone."""
        try:
            return self.circuit.call(look)
        except Unavailable:
            return LOGS_ALONE

    def installed(self, work: Callable[[], tuple[int, int]]) -> tuple[int, int]:
        """Returns generation and mark; without the engine, those with which nothing is left to merge."""
        try:
            return self.circuit.call(work)
        except Unavailable:
            return NO_GENERATION, LOGS_ALONE.mark

    def merge(self, generation: int, work: Callable[[], object]) -> None:
        """Does the work if the engine answers. A timeline that is not merged is read from the author logs."""
        if generation != NO_GENERATION:
            with suppress(Unavailable):
                self.circuit.call(work)

    def call(self, work: Callable[[], Result]) -> Result:
        """Returns what `work` returns; raises `Unavailable` if the engine fails."""
        return self.circuit.call(work)
