"""The signals that stop the service."""

import signal
from collections.abc import Callable
from types import FrameType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def call_on_stop_signals(ask_to_stop: Callable[[], object]) -> None:
    """Calls the function at SIGTERM and SIGINT; another one after that ends the process at once."""

    def on_signal(_signal: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        ask_to_stop()

    for number in STOP_SIGNALS:
        signal.signal(number, on_signal)
