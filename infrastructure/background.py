"""A thread that works until it is told to stop."""

import threading
from collections.abc import Callable

from infrastructure.log import get_logger

log = get_logger("perch.background")

PAUSE_AFTER_ERROR_SECONDS = 0.1


class BackgroundThread:
    """Calls `work` again and again in a thread of its own until `stop`, with a pause after each call.

    What `work` raises is logged, and it is called again a little later.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        *,
        pause_seconds: float = 0.0,
        wake: Callable[[], None] | None = None,
    ) -> None:
        """`wake` makes a `work` that waits return early."""
        self._work = work
        self._wake = wake
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Lets the present call of `work` end and joins the thread; False when that takes over `timeout` seconds."""
        self._stopping.set()
        if self._wake is not None:
            self._wake()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._pause_seconds
            try:
                self._work()
            except Exception:
                log.exception("background_failed", thread=self._thread.name)
                pause = max(pause, PAUSE_AFTER_ERROR_SECONDS)
            if pause:
                self._stopping.wait(pause)
