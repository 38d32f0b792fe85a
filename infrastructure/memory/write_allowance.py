"""The write allowance, counted in memory."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.errors import RateLimited
from infrastructure.memory.idempotency_keys import KEPT_SECONDS
from usecases.allowance import AllowanceLeft


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit of `writes` in a window of `seconds`."""

    writes: int
    seconds: int

    def counts_once(self, key: str | None) -> str | None:
        """Returns the key if writes under it are counted once.

        In a window that is longer than keys are kept each is, because it may publish again.
        """
        return key if self.seconds <= KEPT_SECONDS else None


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
    """When it ends, how many writes there were in it, and the keys of those."""

    ends: float
    spent: int = 0
    keys: set[str] = field(default_factory=set)


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
        key = self._rate.counts_once(key)
        now = self._monotonic()
        limit = self._rate.writes
        with self._lock:
            self._sweep(now)
            window = self._window(user_id, now)
            is_allowed = key in window.keys
            if not is_allowed and window.spent < limit:
                is_allowed = True
                window.spent += 1
                if key is not None:
                    window.keys.add(key)
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
