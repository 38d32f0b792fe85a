"""The clock of the server is set back, as when another server takes over: no work waits until it has caught up."""

from infrastructure.postgres.leases import Lease
from tests.fakes.postgres import manual_database, opened
from usecases.publish_tweet import NEVER_PULLED

DAY_MS = 24 * 3600 * 1000
SECONDS = 30.0


def test_housekeeping_makes_leased_rows_due(schema_url: str) -> None:
    with manual_database(schema_url) as clock, opened(schema_url) as stores:
        tweet = stores.tweets.publish("ann", "hello", pull_from=NEVER_PULLED, key=None).tweet.id
        assert [delivery.tweet_id for delivery in stores.outbox.due(1)] == [tweet]
        assert stores.outbox.hasten() == 0
        clock.set_back(DAY_MS)
        assert stores.outbox.due(1) == []
        assert stores.outbox.hasten() == 1
        assert [delivery.tweet_id for delivery in stores.outbox.due(1)] == [tweet]


def test_a_lease_does_not_outlast_the_clock(schema_url: str) -> None:
    with manual_database(schema_url) as clock, opened(schema_url) as stores:
        one, other = (Lease(stores.database, "a lease", SECONDS) for _ in range(2))
        assert one.take()
        clock.set_back(1)
        assert one.take()
        assert not other.take()
        clock.set_back(DAY_MS)
        assert other.take()
        assert not one.take()


def test_a_lease_that_is_given_back_is_free(schema_url: str) -> None:
    with manual_database(schema_url), opened(schema_url) as stores:
        one, other = (Lease(stores.database, "a lease", SECONDS) for _ in range(2))
        other.release()
        assert one.take()
        other.release()
        assert not other.take()
        one.release()
        assert other.take()
