"""Discard idle timelines."""

from collections.abc import Callable
from typing import Protocol

from domain.events import TimelinesDiscarded


class Timelines(Protocol):
    def discard_idle(self) -> int:
        """Discards the timelines that were not read during the idle time; returns their number."""


class DiscardIdleTimelines:
    """Discards timelines that nobody reads. A timeline is a cache: the next read rebuilds it."""

    def __init__(self, timelines: Timelines, observe: Callable[[TimelinesDiscarded], None]) -> None:
        self._timelines = timelines
        self._observe = observe

    def execute(self) -> None:
        discarded = self._timelines.discard_idle()
        if discarded:
            self._observe(TimelinesDiscarded("idle", discarded))
