"""Requests that were refused because too many were in flight."""

import threading
from collections.abc import Callable

from infrastructure.log import get_logger

log = get_logger("perch.http")

LOG_SECONDS = 1.0
"""Refusals come in crowds; one line for all of them is logged at most this often."""


class ShedRequests:
    """Counts and logs them. The lock protects the count and when it was logged last."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._count = 0
        self._logged_at = float("-inf")

    def count(self) -> None:
        """Counts one more."""
        now = self._monotonic()
        with self._lock:
            self._count += 1
            so_far = self._count
            tell = now - self._logged_at >= LOG_SECONDS
            if tell:
                self._logged_at = now
        if tell:
            log.warning("requests_shed", shed_so_far=so_far)

    def so_far(self) -> int:
        with self._lock:
            return self._count
