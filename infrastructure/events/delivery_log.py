"""Counts and logs what happens to deliveries."""

import logging
import threading
from collections import Counter
from collections.abc import Callable

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed, TweetRedriven
from infrastructure.events.fan_out import DeliveryEvent

log = logging.getLogger("perch.delivery")

LATE_LOG_SECONDS = 1.0
"""Late tweets come in crowds; one line for all of them is logged at most this often."""


class DeliveryLog:
    """Counts `pushed`, `late` (after the timeline window), `failed` attempts, `dead` and `redriven` letters.

    An attempt that makes a dead letter is counted as that alone.

    The lock protects the counts and when the last late tweet was logged.
    """

    def __init__(self, window_seconds: float, monotonic: Callable[[], float]) -> None:
        self._window_seconds = window_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._late_logged_at = float("-inf")

    def counts(self) -> Counter[str]:
        """A copy of the counts so far."""
        with self._lock:
            return self._counts.copy()

    def observe(self, event: DeliveryEvent | TweetRedriven) -> None:
        match event:
            case TweetPushed():
                self._pushed(event)
            case DeliveryFailed():
                self._count("failed")
                log.warning(
                    "tweet %s not pushed at attempt %s, again in %.1f s: %s",
                    event.tweet_id, event.attempts, event.retry_in, event.error,
                )  # fmt: skip
            case TweetDeadLettered():
                self._count("dead")
                log.error(
                    "tweet %s is a dead letter after %s attempts: %s",
                    event.tweet_id, event.attempts, event.error,
                )  # fmt: skip

            case TweetRedriven():
                self._count("redriven")

    def _pushed(self, event: TweetPushed) -> None:
        late = event.seconds > self._window_seconds
        now = self._monotonic()
        with self._lock:
            self._counts["pushed"] += 1
            self._counts["late"] += late
            total = self._counts["late"]
            tell = late and now - self._late_logged_at >= LATE_LOG_SECONDS
            if tell:
                self._late_logged_at = now
        if tell:
            log.warning(
                "tweet %s was pushed after %.1f s, later than the timeline window of %g s; %s so far",
                event.tweet_id, event.seconds, self._window_seconds, total,
            )  # fmt: skip

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
