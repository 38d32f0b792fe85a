"""A clock that the test moves."""

START_MS = 1_800_000_000_000


class ManualClock:
    """A clock that only the test moves. The wall clock can go back; the monotonic clock cannot."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self._now_ms = now_ms
        self._monotonic_ms = 1_000_000

    def now_ms(self) -> int:
        """Returns the wall clock's Unix time in milliseconds."""
        return self._now_ms

    def monotonic(self) -> float:
        """Returns the monotonic clock's time in seconds."""
        return self._monotonic_ms / 1000

    def advance(self, milliseconds: int) -> None:
        """Moves both clocks forward; raises `ValueError` for a negative time."""
        if milliseconds < 0:
            raise ValueError("advance takes a positive number; use set_back to move the wall clock back")
        self._now_ms += milliseconds
        self._monotonic_ms += milliseconds

    def set_back(self, milliseconds: int) -> None:
        """Moves the wall clock back, and not the monotonic one; raises `ValueError` for a negative time."""
        if milliseconds < 0:
            raise ValueError("set_back takes a positive number of milliseconds")
        self._now_ms -= milliseconds

    def set_now(self, now_ms: int) -> None:
        """Sets the wall clock to any time. The monotonic clock does not move."""
        self._now_ms = now_ms
