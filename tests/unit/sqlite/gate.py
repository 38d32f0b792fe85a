"""Stops commits where a test wants them."""

import threading

WAIT_SECONDS = 20.0


class Gate:
    """Open at first. Closed at a step, it holds the writer there until it is opened, or makes that step fail."""

    def __init__(self) -> None:
        self._closed_at = ""
        self._error: Exception | None = None
        self._arrived = threading.Event()
        self._opened = threading.Event()
        self._opened.set()

    def close(self, step: str) -> None:
        self._closed_at = step
        self._opened.clear()

    def open(self) -> None:
        self._closed_at, self._error = "", None
        self._opened.set()

    def fail(self, error: Exception) -> None:
        """Lets the writer go on, with this error now and each time it comes by again."""
        self._error = error
        self._opened.set()

    def await_arrival(self) -> None:
        assert self._arrived.wait(WAIT_SECONDS), "nobody came to the gate"

    def at(self, step: str) -> None:
        """What the journal calls."""
        if step != self._closed_at:
            return
        self._arrived.set()
        assert self._opened.wait(WAIT_SECONDS), "the gate stayed closed"
        if self._error is not None:
            raise self._error
