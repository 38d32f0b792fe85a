"""What the client library logs and reports, in Perch's log, with a line now and then."""

import logging
import threading
import time
from collections.abc import Callable

from confluent_kafka import KafkaError

from infrastructure.log import get_logger

log = get_logger("perch.events")

PAUSE_SECONDS = 10.0
"""The shortest time between two lines of one kind: while a broker is down, the library has several a second."""

HARMLESS = ("CONFWARN", "REQTMOUT", "TERMINATE", "GETPID")
"""Facilities of lines that nobody can act on: one client is told of another's properties, and requests are repeated."""


LOST = ("_ALL_BROKERS_DOWN", "_TRANSPORT")
"""Errors that say that a connection is gone or cannot be made."""


class ClientLog:
    """Logs `broker_trouble` and `hints_dropped`, each at most once in `PAUSE_SECONDS`, and `broker_back`.

    The lock protects the times of the last lines, the numbers of what was left out, and whether there is trouble.
    """

    def __init__(self, side: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`side` says in each line what the client does."""
        self._side = side
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._left_out: dict[str, int] = {}
        self._is_down = False
        self.is_fatal = False
        """True when the client will never work again, and a new one is needed."""
        # It is in no tree of loggers: what it gets is only counted and passed on here.
        self.logger = logging.Logger("perch.events.client")  # noqa: LOG001
        self.logger.addHandler(_Handler(self))

    def failed(self, error: KafkaError) -> None:
        """The library's `error_cb`."""
        self.is_fatal = self.is_fatal or error.fatal()
        with self._lock:
            self._is_down = self._is_down or error.name() in LOST
        self.trouble(error.str())

    def trouble(self, text: str) -> None:
        """Something does not work now; the library or Perch tries again."""
        left_out = self._turn("trouble")
        if left_out is not None:
            log.warning("broker_trouble", side=self._side, left_out=left_out, error=text)

    def dropped(self, reason: str) -> None:
        """A hint was dropped."""
        left_out = self._turn("dropped")
        if left_out is not None:
            log.warning("hints_dropped", side=self._side, left_out=left_out, error=reason)

    def works(self) -> None:
        """The broker has just done what it should."""
        if not self._is_down:
            return
        with self._lock:
            is_back, self._is_down = self._is_down, False
            self._last.clear()
        if is_back:
            log.info("broker_back", side=self._side)

    def _turn(self, kind: str) -> int | None:
        """Returns how many lines of the kind were left out, if it is time for another one; else None."""
        now = self._monotonic()
        with self._lock:
            left_out = self._left_out.get(kind, 0)
            if now - self._last.get(kind, float("-inf")) < PAUSE_SECONDS:
                self._left_out[kind] = left_out + 1
                return None
            self._last[kind], self._left_out[kind] = now, 0
        return left_out


class _Handler(logging.Handler):
    """Takes the library's own lines."""

    def __init__(self, client_log: ClientLog) -> None:
        super().__init__(logging.WARNING)
        self._client_log = client_log

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if not text.startswith(HARMLESS):
            self._client_log.trouble(text)
