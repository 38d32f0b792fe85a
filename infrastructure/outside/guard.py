"""What happens to reads and merges while an engine of timelines fails."""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from domain.errors import Unavailable
from domain.timeline import Installed, TimelineView
from infrastructure.no_timelines import LOGS_ALONE

NO_GENERATION = 0
"""The generation of a timeline that could not be installed. A merge into it does nothing."""

Result = TypeVar("Result")


class Caller(Protocol):
    """A circuit, or what stands in front of one."""

    def call(self, work: Callable[[], Result]) -> Result:
        """Returns what `work` returns; raises `Unavailable` if it does, or at once while the engine fails."""


class Guard:
    """Asks the engine through a circuit. While it fails, reads get a view that sends them to the author logs."""

    def __init__(self, circuit: Caller) -> None:
        self._circuit = circuit

    def view(self, look: Callable[[], TimelineView]) -> TimelineView:
        """Returns the view that `look` finds, or the one of the author logs alone."""
        try:
            return self._circuit.call(look)
        except Unavailable:
            return LOGS_ALONE

    def installed(self, work: Callable[[], Installed]) -> Installed:
        """Returns what `work` returns; without the engine, a mark with which nothing is left to merge."""
        try:
            return self._circuit.call(work)
        except Unavailable:
            return Installed(NO_GENERATION, LOGS_ALONE.mark, LOGS_ALONE.floor)

    def merge(self, generation: int, work: Callable[[], object]) -> None:
        """Does the work if the engine answers. A timeline that is not merged is read from the author logs."""
        if generation != NO_GENERATION:
            with suppress(Unavailable):
                self._circuit.call(work)

    def discarded(self, work: Callable[[], bool]) -> bool:
        """Returns what `work` returns, and False if the engine fails: a discard only saves time."""
        try:
            return self._circuit.call(work)
        except Unavailable:
            return False

    def call(self, work: Callable[[], Result]) -> Result:
        """Returns what `work` returns; raises `Unavailable` if the engine fails."""
        return self._circuit.call(work)
