"""Waiting for what happens in other processes and threads."""

import time
from collections.abc import Callable

WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.01


def until(condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> float:
    """Returns after how many seconds the condition was true; fails after `seconds` without it."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() < started + seconds, f"not within {seconds:g} s"
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - started
