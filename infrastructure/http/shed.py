"""The count of requests that were refused because too many were in flight."""

import threading
from collections.abc import Callable

from infrastructure.log import get_logger

log = get_logger("perch.http")

LOG_SECONDS = 1.0
"""The shortest time between two log lines about refusals, because many requests are refused at once."""


class ShedRequests:
    """Counts and logs refused requests. The lock protects the count and the time of the last log line."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._count = 0
        self._logged_at = float("-inf")

    def count(self) -> None:
        """Counts one refused request."""
        now = self._monotonic()
        with self._lock:
            self._count += 1
            so_far = self._count
            must_log = now - self._logged_at >= LOG_SECONDS
            if must_log:
                self._logged_at = now
        if must_log:
            log.warning("requests_shed", shed_so_far=so_far)

    def so_far(self) -> int:
        with self._lock:
            return self._count
