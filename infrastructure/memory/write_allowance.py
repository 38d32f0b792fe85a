"""The write allowance, counted in memory."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.errors import RateLimited
from usecases.allowance import AllowanceLeft

TOGETHER_SECONDS = 60
"""Requests under one key are one write while they follow each other within this time. Later ones find the first one's
tweet, if there is one."""


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

    def spend(self, user_id: str, key: str | None = None) -> None:  # noqa: ARG002 - the same for everybody
        """Counts nothing and returns None."""
        return


@dataclass(slots=True)
class _Window:
    """When it ends, how many writes there were in it, and until when each key of those stands for its write."""

    ends: float
    spent: int = 0
    keys: dict[str, float] = field(default_factory=dict)


class FixedWindowAllowance:
    """Counts each user's writes in fixed windows. A window begins with the user's first write.

    The lock protects the windows. Once per window length, all ended windows are removed, so that only users who wrote
    recently take memory.
    """

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}
        self._sweep_at = monotonic() + rate.seconds

    def spend(self, user_id: str, key: str | None = None) -> AllowanceLeft:
        """Counts one write, or one under each key, and returns what is left.

        Raises `RateLimited`, and counts nothing, if none is left.
        """
        now = self._monotonic()
        limit = self._rate.writes
        with self._lock:
            self._sweep(now)
            window = self._window(user_id, now)
            is_allowed = key is not None and window.keys.get(key, now) > now
            if not is_allowed and window.spent < limit:
                is_allowed = True
                window.spent += 1
            if is_allowed and key is not None:
                window.keys[key] = now + TOGETHER_SECONDS
            left = limit - window.spent
        reset = math.ceil(window.ends - now)
        if is_allowed:
            return AllowanceLeft(limit, left, reset)
        raise refusal(self._rate, reset)

    def _window(self, user_id: str, now: float) -> _Window:
        window = self._windows.get(user_id)
        if window is None or window.ends <= now:
            window = self._windows[user_id] = _Window(now + self._rate.seconds)
        return window

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._windows = {user: window for user, window in self._windows.items() if window.ends > now}
            self._sweep_at = now + self._rate.seconds
