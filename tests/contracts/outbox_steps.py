"""Steps that publish tweets and fail deliveries for the suites of the outbox."""

from app.compose.ports import Outbox, Tweets
from domain.delivery import Delivery
from domain.events import DeliveryFailed, TweetDeadLettered
from tests.contracts.limits import ALL, MAX_ATTEMPTS, NEWEST
from usecases.publish_tweet import NEVER_PULLED


def publish(tweets: Tweets, count: int = 1, *, pulled: bool = False) -> list[Delivery]:
    """Publishes tweets by alice; returns their deliveries, oldest first."""
    ids = [
        tweets.publish("alice", "hello", pull_from=0 if pulled else NEVER_PULLED, key=None).tweet.id
        for _ in range(count)
    ]
    return [Delivery(tweet_id, "alice") for tweet_id in ids]


def fail(outbox: Outbox, delivery: Delivery, times: int = 1) -> DeliveryFailed | TweetDeadLettered | None:
    """Fails a delivery this many times; returns the outcome of the last attempt."""
    outcome = None
    for _ in range(times):
        outcome = outbox.failed(delivery, "ConnectionError: gone")
    return outcome


def bury(outbox: Outbox, *deliveries: Delivery) -> None:
    for delivery in deliveries:
        assert isinstance(fail(outbox, delivery, MAX_ATTEMPTS), TweetDeadLettered)


def unpushed(tweets: Tweets) -> list[int]:
    return list(tweets.unpushed({"alice"}, 0, NEWEST, ALL))
