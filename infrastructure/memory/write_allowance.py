"""The write allowance, counted in memory."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import RateLimited
from usecases.allowance import AllowanceLeft


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit of `writes` in a window of `seconds`."""

    writes: int
    seconds: int


def refusal(rate: Rate, reset_seconds: int) -> RateLimited:
    """Returns the error of a write beyond the limit, in a window that ends in so many seconds."""
    detail = f"At most {rate.writes} writes in {rate.seconds} s are allowed. Retry in {reset_seconds} s."
    return RateLimited(detail, rate.writes, reset_seconds)


class Unlimited:
    """A write allowance without a limit."""

    def spend(self, user_id: str) -> None:  # noqa: ARG002 - the same for everybody
        """Counts nothing and returns None."""
        return


class FixedWindowAllowance:
    """Counts each user's writes in fixed windows. A window begins with the user's first write.

    The lock protects the windows. Once per window length, all ended windows are removed, so that only users who wrote
    recently take memory.
    """

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, int]] = {}
        self._sweep_at = monotonic() + rate.seconds

    def spend(self, user_id: str) -> AllowanceLeft:
        """Counts one write and returns what is left; raises `RateLimited`, and counts nothing, if none is left."""
        now = self._monotonic()
        limit = self._rate.writes
        with self._lock:
            self._sweep(now)
            ends, spent = self._window(user_id, now)
            if spent < limit:
                self._windows[user_id] = ends, spent + 1
        reset = math.ceil(ends - now)
        if spent < limit:
            return AllowanceLeft(limit, limit - spent - 1, reset)
        raise refusal(self._rate, reset)

    def _window(self, user_id: str, now: float) -> tuple[float, int]:
        window = self._windows.get(user_id)
        if window is None or window[0] <= now:
            return now + self._rate.seconds, 0
        return window

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._windows = {user: window for user, window in self._windows.items() if window[0] > now}
            self._sweep_at = now + self._rate.seconds
