"""How long tweets take into their followers' timelines."""

from prometheus_client import CollectorRegistry, Histogram

from domain.events import TweetPushed
from infrastructure.events.fan_out import DeliveryEvent

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class PushTimes:
    """Observes deliveries. The timeline window is one of the buckets, so that these say how many were in time."""

    def __init__(self, registry: CollectorRegistry, window_seconds: float) -> None:
        self._seconds = Histogram(
            "perch_tweet_pushed_seconds",
            "Seconds from a tweet's publication until it was in its last follower's timeline.",
            buckets=sorted({*BUCKETS_SECONDS, window_seconds}),
            registry=registry,
        )

    def observe(self, event: DeliveryEvent) -> None:
        if isinstance(event, TweetPushed):
            self._seconds.observe(event.seconds)
