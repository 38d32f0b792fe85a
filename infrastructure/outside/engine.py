"""An engine of timelines, once it is open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.timeline import Installed, TimelineView
from infrastructure.background import BackgroundThread
from infrastructure.outside.circuit import Circuit
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
class OutsideEngine:
    """The timelines of the engine, its circuit, and its end."""

    timelines: OutsideTimelines
    circuit: Circuit
    close: Callable[[], object]
    threads: Sequence[BackgroundThread] = ()
    """Its own threads, which run already, and which `close` stops."""
