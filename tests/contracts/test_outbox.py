"""Outbox rows wait, fall due, are leased, retried and removed."""

from app.compose.ports import Outbox, Tweets
from domain.delivery import BACKOFF_FIRST_SECONDS, Delivery
from domain.events import DeliveryFailed
from infrastructure.counts import OutboxCounts
from tests.contracts.limits import DUE_SECONDS, MAX_ATTEMPTS, NEWEST
from tests.contracts.outbox_steps import bury, fail, publish, unpushed
from tests.fakes.clock import ManualClock

DUE_MS = round(DUE_SECONDS * 1000)


def test_an_empty_outbox_has_no_rows(outbox: Outbox) -> None:
    assert outbox.due(10) == []
    assert outbox.dead_before(NEWEST, 10) == []
    assert outbox.counts() == OutboxCounts(0, 0, 0, 0, None)


def test_a_new_row_is_due_when_its_hint_is_overdue(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [delivery] = publish(tweets)
    clock.advance(DUE_MS - 1)
    assert outbox.due(10) == []
    clock.advance(1)
    assert outbox.due(10) == [delivery]


def test_due_rows_are_returned_in_order_up_to_the_limit(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    deliveries = publish(tweets, 5)
    clock.advance(DUE_MS)
    assert outbox.due(2) == deliveries[:2]
    assert outbox.due(0) == []
    assert outbox.due(10) == deliveries[2:]


def test_a_returned_row_is_due_again_when_its_lease_ends(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [delivery] = publish(tweets)
    clock.advance(DUE_MS)
    assert outbox.due(10) == [delivery]
    clock.advance(DUE_MS - 1)
    assert outbox.due(10) == []
    clock.advance(1)
    assert outbox.due(10) == [delivery]


def test_a_leased_row_does_not_fall_due(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [delivery] = publish(tweets)
    for _ in range(5):
        clock.advance(DUE_MS - 1)
        assert outbox.lease(delivery.tweet_id, delivery.author_id) is True
        assert outbox.due(10) == []
    clock.advance(DUE_MS)
    assert outbox.due(10) == [delivery]


def test_only_waiting_rows_can_be_leased(outbox: Outbox, tweets: Tweets) -> None:
    pushed, deleted, dead = publish(tweets, 3)
    [pulled] = publish(tweets, pulled=True)
    outbox.done(pushed.tweet_id)
    tweets.delete(deleted.tweet_id)
    bury(outbox, dead)
    gone = (pushed, deleted, dead, pulled, Delivery(1, "alice"))
    assert not any(outbox.lease(each.tweet_id, each.author_id) for each in gone)


def test_a_row_is_leased_for_its_author_alone(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    """A hint may be forged, or come from another Perch that gave out the same id in the same millisecond."""
    [delivery] = publish(tweets)
    for other in ("mallory", "", "ALICE"):
        assert outbox.lease(delivery.tweet_id, other) is False
    clock.advance(DUE_MS)
    assert outbox.due(10) == [delivery]


def test_done_removes_a_row_once(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [delivery, other] = publish(tweets, 2)
    assert [outbox.done(delivery.tweet_id), outbox.done(delivery.tweet_id)] == [True, False]
    assert unpushed(tweets) == [other.tweet_id]
    clock.advance(DUE_MS)
    assert outbox.due(10) == [other]
    assert tweets.get(delivery.tweet_id) is not None


def test_deleting_a_tweet_removes_its_row_in_any_state(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    waiting, retrying, dead = publish(tweets, 3)
    [pulled] = publish(tweets, pulled=True)
    fail(outbox, retrying)
    bury(outbox, dead)
    for each in (waiting, retrying, dead, pulled):
        assert tweets.delete(each.tweet_id)
        assert outbox.done(each.tweet_id) is False
        assert fail(outbox, each) is None
    clock.advance(10 * DUE_MS)
    assert (outbox.due(10), outbox.dead_before(NEWEST, 10)) == ([], [])
    assert outbox.counts() == OutboxCounts(0, 0, 0, 0, None)


def test_a_pulled_tweet_is_unpushed_and_never_due(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [pulled] = publish(tweets, pulled=True)
    clock.advance(10 * DUE_MS)
    assert outbox.due(10) == []
    assert outbox.done(pulled.tweet_id) is False
    assert unpushed(tweets) == [pulled.tweet_id]
    assert outbox.counts() == OutboxCounts(waiting=0, retrying=0, dead=0, unpushed=1, oldest_waiting=None)


def test_a_failed_delivery_is_due_again_after_its_backoff(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [delivery] = publish(tweets)
    waits = []
    for attempts in (1, 2):
        outcome = fail(outbox, delivery)
        assert isinstance(outcome, DeliveryFailed)
        assert (outcome.tweet_id, outcome.attempts, outcome.error) == (
            delivery.tweet_id,
            attempts,
            "ConnectionError: gone",
        )
        waits.append(outcome.retry_in)
        clock.advance(round(outcome.retry_in * 1000) - 1)
        assert outbox.due(10) == []
        clock.advance(2)  # floating-point seconds may round to one millisecond less
        assert outbox.due(10) == [delivery]
    assert waits == [BACKOFF_FIRST_SECONDS, 2 * BACKOFF_FIRST_SECONDS]


def test_progress_resets_the_attempts_and_is_kept(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    [start] = publish(tweets)
    fail(outbox, start, MAX_ATTEMPTS - 1)
    further = Delivery(start.tweet_id, "alice", after=7)
    outcome = fail(outbox, further)
    assert isinstance(outcome, DeliveryFailed)
    assert outcome.attempts == 1
    assert isinstance(fail(outbox, start), DeliveryFailed), "a worker with less progress must not undo it"
    clock.advance(DUE_MS)
    assert outbox.due(10) == [further]


def test_rows_are_counted_by_state(outbox: Outbox, tweets: Tweets) -> None:
    first, second, third, fourth = publish(tweets, 4)
    publish(tweets, 2, pulled=True)
    fail(outbox, second)
    bury(outbox, first)
    assert outbox.counts() == OutboxCounts(3, 1, 1, unpushed=6, oldest_waiting=second.tweet_id)
    outbox.done(second.tweet_id)
    assert outbox.counts() == OutboxCounts(2, 0, 1, unpushed=5, oldest_waiting=third.tweet_id)
    outbox.redrive(None)
    assert outbox.counts() == OutboxCounts(3, 0, 0, unpushed=5, oldest_waiting=first.tweet_id)
    outbox.done(fourth.tweet_id)
    assert outbox.counts() == OutboxCounts(2, 0, 0, unpushed=4, oldest_waiting=first.tweet_id)
