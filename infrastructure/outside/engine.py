"""An engine of timelines, once it is open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.timeline import Installed, TimelineView
from infrastructure.background import BackgroundThread
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.epochs import Epochs
from infrastructure.outside.partitioned import Readers
from infrastructure.outside.whereabouts import Whereabouts


class OutsideTimelines(Protocol):
    """The port `Timelines`, and a view of what the database has found already."""

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView: ...

    def view_at(self, where: Whereabouts, user_id: str, low: int, high: int, limit: int) -> TimelineView: ...

    def install(self, user_id: str) -> Installed: ...

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None: ...

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int: ...

    def discard(self, user_id: str) -> bool: ...

    def discard_idle(self) -> int: ...

    def held(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Needs:
    """What engines of timelines need of the rest of Perch; none needs all of it."""

    readers: Readers
    epochs: Epochs
    now_ms: Callable[[], int]
    monotonic: Callable[[], float]
    capacity: int
    """Entries that a timeline holds."""
    idle_seconds: float
    """A timeline that nobody read for so long is discarded."""
    callers: int
    """The threads that may ask at once, without those of the engine."""


@dataclass(frozen=True, slots=True)
class OutsideEngine:
    """The timelines of the engine, its circuit, and its end."""

    timelines: OutsideTimelines
    circuit: Circuit
    close: Callable[[], object]
    threads: Sequence[BackgroundThread] = ()
    """Its own threads, which run already, and which `close` stops."""
