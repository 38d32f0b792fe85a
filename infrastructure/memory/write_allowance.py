"""How often each user has written, in memory."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Rate:
    """So many writes in so many seconds."""

    writes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AllowanceLeft:
    """How many writes a user has left, and the seconds until all of them are back."""

    writes: int
    reset_seconds: int


class Unlimited:
    """Everybody may write as often as they like."""

    def spend(self, user_id: str) -> None:
        """Counts nothing, because there is nothing to run out of."""


class FixedWindowAllowance:
    """Counts each user's writes in windows that begin with the first of them.

    The lock protects the windows. All that have ended are forgotten once a window's time, so that memory is kept
    only for those who wrote lately.
    """

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self.rate = rate
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}
        self._sweep_at = monotonic() + rate.seconds

    def spend(self, user_id: str) -> None:
        """Counts one write; raises `RateLimited`, and counts nothing, when the user has none left."""
        now = self._monotonic()
        with self._lock:
            self._sweep(now)
            ends, spent = self._window(user_id, now)
            if spent < self.rate.writes:
                self._windows[user_id] = ends, spent + 1
                return
        retry_after = math.ceil(ends - now)
        detail = f"At most {self.rate.writes} writes in {self.rate.seconds} s; there are more in {retry_after} s."
        raise RateLimited(detail, retry_after)

    def left(self, user_id: str) -> AllowanceLeft:
        """What the user has left now."""
        now = self._monotonic()
        with self._lock:
            ends, spent = self._window(user_id, now)
        return AllowanceLeft(self.rate.writes - spent, math.ceil(ends - now))

    def _window(self, user_id: str, now: float) -> tuple[float, int]:
        window = self._windows.get(user_id)
        if window is None or window[0] <= now:
            return now + self.rate.seconds, 0
        return window

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._windows = {user: window for user, window in self._windows.items() if window[0] > now}
            self._sweep_at = now + self.rate.seconds
