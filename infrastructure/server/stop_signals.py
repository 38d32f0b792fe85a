"""The signals that stop the service."""

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
READ_BYTES = 4096


def call_on_stop_signals(ask_to_stop: Callable[[], object]) -> None:
    """Calls `ask_to_stop` on the first SIGTERM or SIGINT; a second signal ends the process at once."""

    def on_signal(_signal: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        ask_to_stop()

    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)


class StopSignalWatch:
    """Detects stop signals although the server installs its own handlers for them, before or after.

    It detects none if it is created outside the main thread, or if the server calls `signal.set_wakeup_fd` later.
    """

    def __init__(self) -> None:
        self._reader, writer = os.pipe()
        os.set_blocking(writer, False)
        self._forward_to = -1
        with suppress(ValueError):  # not the main thread
            self._forward_to = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def wait(self, seconds: float) -> bool:
        """Waits at most `seconds`; returns True if a stop signal arrived. Only one thread may call it."""
        if not select.select([self._reader], [], [], seconds)[0]:
            return False
        numbers = os.read(self._reader, READ_BYTES)
        if self._forward_to >= 0:
            with suppress(OSError):
                os.write(self._forward_to, numbers)
        return not {*STOP_SIGNALS, signal.SIGQUIT}.isdisjoint(numbers)
