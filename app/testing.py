"""Perch for the tests of others: with a clock that they move, and as a real server on a free port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.config import Settings
from app.perch import Perch
from app.server import Server

STOP_SECONDS = 30.0

START_MS = 1_800_000_000_000


class ManualClock:
    """Stands still until it is told to move. The wall clock goes both ways, the monotonic one never back."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = now_ms
        self._monotonic = 1000.0

    def now_ms(self) -> int:
        """The wall clock, in milliseconds since 1970."""
        return self._now_ms

    def monotonic(self) -> float:
        """Seconds that only ever go forward."""
        return self._monotonic

    def advance(self, milliseconds: int) -> None:
        """Time passes: both clocks go forward."""
        if milliseconds < 0:
            raise ValueError("time passes forward only; set_back moves the wall clock")
        self._now_ms += milliseconds
        self._monotonic += milliseconds / 1000

    def set_back(self, milliseconds: int) -> None:
        """Someone corrects the wall clock: it jumps back, and the monotonic one stands still."""
        if milliseconds < 0:
            raise ValueError("set_back takes how far back, as a positive number")
        self._now_ms -= milliseconds

    def set_now(self, now_ms: int) -> None:
        """Someone sets the wall clock, either way; the monotonic one stands still."""
        self._now_ms = now_ms


@contextmanager
def serving(perch: Perch, settings: Settings) -> Iterator[str]:
    """The URL at which this Perch answers meanwhile, on a free port of the settings' `HOST`.

    It is started before and stopped afterwards, its worker too where it has one.
    """
    server = Server(perch, replace(settings, port=0))
    thread = threading.Thread(target=server.run, name="perch-server")
    thread.start()
    try:
        yield server.url
    finally:
        server.ask_to_stop()
        thread.join(STOP_SECONDS)
