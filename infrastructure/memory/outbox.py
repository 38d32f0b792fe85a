"""The outbox in memory."""

import threading
from collections.abc import Collection
from itertools import islice

from domain.delivery import Delivery, RetryPolicy
from domain.events import DeliveryFailed, TweetDeadLettered
from infrastructure.clock import Clock
from infrastructure.counts import OutboxCounts
from infrastructure.memory.unpushed import OutboxRow, Unpushed


class MemoryOutbox:
    """The tweets that are to be pushed, and those that were given up.

    It shares the lock and the rows with `MemoryTweets`, because a publish writes tweet and row in one step.
    """

    def __init__(
        self, lock: threading.Lock, unpushed: Unpushed, clock: Clock, policy: RetryPolicy, lease_seconds: float
    ) -> None:
        """A row that was handed out is due again after `lease_seconds`."""
        self._lock = lock
        self._unpushed = unpushed
        self._clock = clock
        self._policy = policy
        self._lease_seconds = lease_seconds

    def due(self, limit: int) -> list[Delivery]:
        """At most `limit` deliveries that are due, leased: they are due again when the lease ends."""
        now = self._clock.monotonic()
        with self._lock:
            rows = islice(self._unpushed.due(now, now + self._lease_seconds), limit)
            return [Delivery(tweet_id, row.author_id, row.after) for tweet_id, row in rows]

    def lease(self, tweet_id: int, author_id: str) -> bool:
        """Leases the row of the author's tweet; False when it does not wait: it was pushed, given up or deleted."""
        now = self._clock.monotonic()
        with self._lock:
            row = self._unpushed.waiting.get(tweet_id)
            if row is None or row.author_id != author_id:
                return False
            row.due_at = now + self._lease_seconds
            return True

    def done(self, tweet_id: int) -> bool:
        """Removes the row of a tweet that all followers have; False when it has none."""
        with self._lock:
            return self._unpushed.remove_pushed(tweet_id)

    def failed(self, delivery: Delivery, error: str) -> DeliveryFailed | TweetDeadLettered | None:
        """Writes down a failed attempt: when the next one is due, or that the tweet is given up.

        Attempts are counted since the last progress. Returns what became of it; None when the row is gone.
        """
        now, now_ms = self._clock.monotonic(), self._clock.now_ms()
        tweet_id = delivery.tweet_id
        with self._lock:
            row = self._unpushed.waiting.get(tweet_id)
            if row is None:
                return None
            row.attempts = row.attempts + 1 if delivery.after <= row.after else 1
            row.after = max(row.after, delivery.after)
            row.error = error
            retry_in = self._policy.retry_in(row.attempts)
            if retry_in is None:
                self._unpushed.give_up(tweet_id, now_ms)
                return _letter(tweet_id, row)
            self._unpushed.retry(tweet_id, now + retry_in)
            return DeliveryFailed(tweet_id, row.attempts, error, retry_in)

    def dead_before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]:
        """At most `limit` dead letters of smaller tweet ids, newest tweet first."""
        with self._lock:
            return [_letter(id_, row) for id_, row in self._unpushed.dead_before(tweet_id, limit)]

    def redrive(self, tweet_ids: Collection[int] | None) -> list[int]:
        """Has the dead letters of these tweets, or all, wait again with all their attempts; returns their tweets."""
        now = self._clock.monotonic()
        with self._lock:
            return self._unpushed.redrive(tweet_ids, now)

    def counts(self) -> OutboxCounts:
        unpushed = self._unpushed
        with self._lock:
            return OutboxCounts(
                len(unpushed.waiting),
                len(unpushed.retrying),
                len(unpushed.dead),
                len(unpushed),
                unpushed.oldest_waiting(),
            )


def _letter(tweet_id: int, row: OutboxRow) -> TweetDeadLettered:
    return TweetDeadLettered(tweet_id, row.author_id, row.attempts, row.error, row.failed_at_ms)
