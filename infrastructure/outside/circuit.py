"""A circuit: stops asking an engine that does not answer, and tries again once a second."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from domain.errors import Unavailable
from infrastructure.log import get_logger

log = get_logger("perch.engines")

FAILURES = 3
"""The circuit opens after so many failures in a row."""

PAUSE_SECONDS = 1.0
"""While it is open, one call in so many seconds asks the engine."""

Result = TypeVar("Result")


class Circuit:
    """Passes calls on to an engine while it answers. While it does not, calls fail at once, but for a probe a second.

    The lock protects the number of failures and the time of the next probe.
    """

    def __init__(self, engine: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`engine` is its name in the log and in metrics."""
        self.engine = engine
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._probe_at = 0.0
        self.openings = 0
        """The number of times that it opened."""

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES

    def call(self, work: Callable[[], Result]) -> Result:
        """Returns what `work` returns; raises `Unavailable` if it does, or at once while the circuit is open."""
        if self.is_open and not self._may_probe():
            raise Unavailable(f"{self.engine} does not answer now.")
        try:
            result = work()
        except Unavailable:
            self._failed()
            raise
        if self._failures:
            self._answered()
        return result

    def _may_probe(self) -> bool:
        now = self._monotonic()
        with self._lock:
            if now < self._probe_at:
                return False
            self._probe_at = now + PAUSE_SECONDS
            return True

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            opens = self._failures == FAILURES
            self._probe_at = self._monotonic() + PAUSE_SECONDS
            self.openings += opens
        if opens:
            log.error("engine_lost", engine=self.engine)

    def _answered(self) -> None:
        with self._lock:
            closes, self._failures = self.is_open, 0
        if closes:
            log.info("engine_back", engine=self.engine)
