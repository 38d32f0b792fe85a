"""Clocks, and those of the system."""

import time
from typing import Protocol


class Clock(Protocol):
    """The wall clock, which may jump, and seconds that never go back."""

    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """Reads the system's wall clock and monotonic clock."""

    def now_ms(self) -> int:
        """Returns Unix time in milliseconds; it may jump."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Returns the seconds since an arbitrary moment; it never goes back."""
        return time.monotonic()
