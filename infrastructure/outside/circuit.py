"""A circuit: stops asking an engine that does not answer, and tries again once a second."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from domain.errors import Unavailable
from infrastructure.log import get_logger

log = get_logger("perch.engines")

FAILURES = 3
"""The circuit opens after so many failures in a row."""

PAUSE_SECONDS = 1.0
"""While it is open, one call in so many seconds asks the engine."""

Result = TypeVar("Result")


class NoAnswer(Unavailable):
    """The engine did not answer in time. That opens the circuit at once, because each more call would wait as long."""


class NoTime(Unavailable):
    """The request that wanted to know had no time to wait for the engine. That says nothing about the engine."""


class Refused(Unavailable):
    """The engine answers, but does not do this now. That is no failure of the engine."""


class Circuit:
    """Passes calls on to an engine while it answers. While it does not, calls fail at once, but for a probe a second.

    The lock protects the number of failures and the time of the next probe.
    """

    def __init__(
        self,
        engine: str,
        monotonic: Callable[[], float] = time.monotonic,
        probe: Callable[[], object] | None = None,
    ) -> None:
        """`engine` is its name in the log and in metrics.

        With a `probe`, which raises `Unavailable` if the engine does not answer, no other call is one.
        """
        self.engine = engine
        self._monotonic = monotonic
        self._probe = probe
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
        if self.is_open and (self._probe is not None or not self._may_probe()):
            raise Unavailable(f"{self.engine} does not answer now.")
        return self._try(work)

    def probe(self) -> None:
        """Asks the engine if the circuit is open. A thread calls this every `PAUSE_SECONDS`, where there is a probe."""
        if self.is_open and self._probe is not None:
            with suppress(Unavailable):
                self._try(self._probe)

    def _try(self, work: Callable[[], Result]) -> Result:
        try:
            result = work()
        except NoTime:
            raise
        except Refused:
            self._answered()
            raise
        except Unavailable as error:
            self._failed(error)
            raise
        self._answered()
        return result

    def _may_probe(self) -> bool:
        now = self._monotonic()
        with self._lock:
            if now < self._probe_at:
                return False
            self._probe_at = now + PAUSE_SECONDS
            return True

    def _failed(self, error: Unavailable) -> None:
        with self._lock:
            was_open = self.is_open
            self._failures += FAILURES if isinstance(error, NoAnswer) else 1
            opens = self.is_open and not was_open
            self._probe_at = self._monotonic() + PAUSE_SECONDS
            self.openings += opens
        if opens:
            log.error("engine_lost", engine=self.engine, error=str(error))

    def _answered(self) -> None:
        if not self._failures:
            return
        with self._lock:
            closes, self._failures = self.is_open, 0
        if closes:
            log.info("engine_back", engine=self.engine)
