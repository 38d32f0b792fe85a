"""The count of requests that were refused because too many were in flight."""

from collections.abc import Callable

from infrastructure.log import get_logger
from infrastructure.seldom import SeldomTotal

log = get_logger("perch.http")

LOG_SECONDS = 1.0
"""The shortest time between two log lines about refusals, because many requests are refused at once."""


class ShedRequests:
    """Counts and logs refused requests."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._refused = SeldomTotal(LOG_SECONDS, monotonic)
        self.so_far = self._refused.total

    def count(self) -> None:
        """Counts one refused request."""
        so_far = self._refused.add()
        if so_far is not None:
            log.warning("requests_shed", shed_so_far=so_far)
