"""Counts and logs what happens to deliveries."""

import threading
from collections import Counter
from collections.abc import Callable

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed, TweetRedriven
from infrastructure.events.fan_out import DeliveryEvent
from infrastructure.log import get_logger

log = get_logger("perch.delivery")

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
                    "tweet_not_pushed",
                    tweet_id=str(event.tweet_id),
                    attempts=event.attempts,
                    retry_in_seconds=round(event.retry_in, 3),
                    error=event.error,
                )
            case TweetDeadLettered():
                self._count("dead")
                log.error(
                    "tweet_dead_lettered",
                    tweet_id=str(event.tweet_id),
                    author_id=event.author_id,
                    attempts=event.attempts,
                    error=event.error,
                )
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
                "tweet_pushed_late",
                tweet_id=str(event.tweet_id),
                seconds=round(event.seconds, 3),
                window_seconds=self._window_seconds,
                late_so_far=total,
            )

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
