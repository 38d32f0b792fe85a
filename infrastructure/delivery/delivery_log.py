"""The log of deliveries that fail or are late."""

from collections.abc import Callable

from domain.events import DeliveryFailed, Event, TweetDeadLettered, TweetPushed
from infrastructure.log import get_logger
from infrastructure.seldom import SeldomTotal

log = get_logger("perch.delivery")

LATE_LOG_SECONDS = 1.0
"""The shortest time between two log lines about late tweets, because many tweets are late at once."""


class DeliveryLog:
    """Logs failed attempts, dead letters, and tweets that were pushed later than the timeline window."""

    def __init__(self, window_seconds: float, monotonic: Callable[[], float]) -> None:
        self._window_seconds = window_seconds
        self._late = SeldomTotal(LATE_LOG_SECONDS, monotonic)

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
        total = self._late.add()
        if total is not None:
            log.warning(
                "tweet_pushed_late",
                tweet_id=str(event.tweet_id),
                seconds=round(event.seconds, 3),
                window_seconds=self._window_seconds,
                late_so_far=total,
            )
