"""A background thread that works until it is stopped, and can be restarted if it dies."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from domain.errors import Unavailable
from infrastructure.log import get_logger

log = get_logger("perch.background")

PAUSE_AFTER_ERROR_SECONDS = 0.1

GIVES_WAY_BY = 10
"""The niceness added to the thread. On a busy CPU it gets a tenth of the time of an ordinary thread (sched(7))."""


class BackgroundThread:
    """Calls `work` repeatedly in its own thread until `stop`, with a pause of `pause_seconds` after each call.

    On Linux the thread has a lower priority than those that serve, unless `gives_way` is False.

    An exception of `work` is logged, unless it is `Unavailable`, and `work` is called again after a short pause. Other
    errors, such as `SystemExit`, end the thread; `revive`, which must be called regularly, restarts it. Only one thread
    at a time may call `start`, `revive` and `stop`.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        *,
        pause_seconds: float = 0.0,
        gives_way: bool = True,
    ) -> None:
        self._work = work
        self._gives_way = gives_way
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._died_with: BaseException | None = None
        self.name = name
        self.restarts = 0
        """The number of times that the thread died and was restarted."""
        self._thread = self._new_thread()

    def start(self) -> None:
        self._thread.start()

    def revive(self) -> None:
        """Restarts the thread if it died; if that is not possible now, the next call tries again."""
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
        log.error("thread_restarted", thread=self.name, exc_info=self._died_with)

    def ask_to_stop(self) -> None:
        """Makes the current call of `work` the last one."""
        self._stopping.set()

    def stop(self, timeout: float) -> bool:
        """Waits for the current call of `work` and joins the thread; returns False after `timeout` seconds."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, name=self.name, daemon=True)

    def _run(self) -> None:
        try:
            if self._gives_way:
                _lower_priority()
            self._work_on()
        except BaseException as error:  # noqa: BLE001 - it is logged when the thread is restarted
            self._died_with = error
            # The pause limits the rate of restarts of a thread that dies at once.
            self._stopping.wait(PAUSE_AFTER_ERROR_SECONDS)

    def _work_on(self) -> None:
        while not self._stopping.is_set():
            pause = self._pause_seconds
            try:
                self._work()
            except Unavailable:
                # The engine's adapter logs it once; a traceback for each call would bury that.
                pause = max(pause, PAUSE_AFTER_ERROR_SECONDS)
            except Exception:
                log.exception("background_failed", thread=self.name)
                pause = max(pause, PAUSE_AFTER_ERROR_SECONDS)
            if pause:
                self._stopping.wait(pause)


def _lower_priority() -> None:
    if sys.platform == "linux":  # other systems have priorities for processes only
        thread = threading.get_native_id()
        with suppress(OSError):  # some containers forbid it
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + GIVES_WAY_BY)
