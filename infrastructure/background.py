"""A thread that works until it is told to stop, and is started again when it dies."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from infrastructure.log import get_logger

log = get_logger("perch.background")

PAUSE_AFTER_ERROR_SECONDS = 0.1

GIVES_WAY_BY = 10
"""Of 20 steps of niceness: where nothing is idle, it gets a tenth of the time of an ordinary thread (sched(7))."""


class BackgroundThread:
    """Calls `work` again and again in a thread of its own until `stop`, with a pause after each call.

    Where the system can do that, Linux for example, it gives way to threads that serve.

    An error that `work` raises is logged, and it is called again a little later. What is no error but the end of a
    thread, `SystemExit` for example, ends it, and so does what goes wrong outside `work`. Whoever calls `revive` every
    now and then starts it again. Only one thread at a time may call `start`, `revive` and `stop`.
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
        self._died_of: BaseException | None = None
        self.name = name
        self.restarts = 0
        """How often it died and was started again."""
        self._thread = self._new_thread()

    def start(self) -> None:
        self._thread.start()

    def revive(self) -> None:
        """Starts it again if it died; when that cannot be done now, the next call tries again."""
        if self._thread.ident is None or self._thread.is_alive() or self._stopping.is_set():
            return
        thread = self._new_thread()
        try:
            thread.start()
        except RuntimeError:
            log.exception("background_failed", thread=self.name)
            return
        self._thread = thread
        self.restarts += 1
        log.error("thread_restarted", thread=self.name, exc_info=self._died_of)

    def stop(self, timeout: float) -> bool:
        """Lets the present call of `work` end and joins the thread; False when that takes over `timeout` seconds."""
        self._stopping.set()
        if self._wake is not None:
            self._wake()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, name=self.name, daemon=True)

    def _run(self) -> None:
        try:
            _give_way()
            self._work_on()
        except BaseException as error:  # noqa: BLE001 - it is logged when the thread is started again
            self._died_of = error
            # One that dies at once is not started again at once.
            self._stopping.wait(PAUSE_AFTER_ERROR_SECONDS)

    def _work_on(self) -> None:
        while not self._stopping.is_set():
            pause = self._pause_seconds
            try:
                self._work()
            except Exception:
                log.exception("background_failed", thread=self.name)
                pause = max(pause, PAUSE_AFTER_ERROR_SECONDS)
            if pause:
                self._stopping.wait(pause)


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere priorities are those of processes
        thread = threading.get_native_id()
        with suppress(OSError):  # some containers forbid it
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + GIVES_WAY_BY)
