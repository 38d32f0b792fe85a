"""The log of deliveries that fail or are late."""

import threading
from collections.abc import Callable

from domain.events import DeliveryFailed, Event, TweetDeadLettered, TweetPushed
from infrastructure.log import get_logger

log = get_logger("perch.delivery")

LATE_LOG_SECONDS = 1.0
"""The shortest time between two log lines about late tweets, because many tweets are late at once."""


class DeliveryLog:
    """Logs failed attempts, dead letters, and tweets that were pushed later than the timeline window.

    The lock protects the number of late tweets and the time of the last log line about them.
    """

    def __init__(self, window_seconds: float, monotonic: Callable[[], float]) -> None:
        self._window_seconds = window_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._late = 0
        self._late_logged_at = float("-inf")

    def observe(self, event: Event) -> None:
        match event:
            case TweetPushed() if event.seconds > self._window_seconds:
                self._pushed_late(event)
            case DeliveryFailed():
                log.warning(
                    "tweet_not_pushed",
                    tweet_id=str(event.tweet_id),
                    attempts=event.attempts,
                    retry_in_seconds=round(event.retry_in, 3),
                    error=event.error,
                )
            case TweetDeadLettered():
                log.error(
                    "tweet_dead_lettered",
                    tweet_id=str(event.tweet_id),
                    author_id=event.author_id,
                    attempts=event.attempts,
                    error=event.error,
                )

    def _pushed_late(self, event: TweetPushed) -> None:
        now = self._monotonic()
        with self._lock:
            self._late += 1
            total = self._late
            must_log = now - self._late_logged_at >= LATE_LOG_SECONDS
            if must_log:
                self._late_logged_at = now
        if must_log:
            log.warning(
                "tweet_pushed_late",
                tweet_id=str(event.tweet_id),
                seconds=round(event.seconds, 3),
                window_seconds=self._window_seconds,
                late_so_far=total,
            )
