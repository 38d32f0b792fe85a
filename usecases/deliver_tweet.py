"""Deliver a tweet: the fan-out to its author's followers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from domain.delivery import Delivery
from domain.events import DeliveryFailed, SlicePushed, TweetDeadLettered, TweetPushed
from domain.tweet_id import created_at_ms

DeliveryEvent = SlicePushed | TweetPushed | DeliveryFailed | TweetDeadLettered


class Outbox(Protocol):
    def lease(self, tweet_id: int, author_id: str) -> bool:
        """Renews the lease, so that the row does not fall due; returns False if no tweet of this author waits there."""

    def done(self, tweet_id: int) -> bool:
        """Removes the row; returns False if it was gone already."""

    def failed(self, delivery: Delivery, error: str) -> DeliveryFailed | TweetDeadLettered | None:
        """Records a failed attempt: the time of the next one, or a dead letter. Returns None if the row is gone."""


class Followers(Protocol):
    def followers_after(self, user_id: str, follow_id: int, limit: int) -> tuple[Sequence[str], int]:
        """Returns the `limit` followers with the next larger follow ids, and the follow id of the last one."""


class Timelines(Protocol):
    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        """Inserts the id once into each of these users' timelines that is present. It is idempotent.

        Returns the number of timelines that took it.
        """


class DeliverTweet:
    """Pushes a tweet into the followers' timelines, one slice of followers per call.

    - Slices go by increasing follow id. A new follow gets a larger id, so a later slice covers it, or the follower's
      next read merges the author's log.
    - The tweet leaves the outbox after the last slice; until then readers find it there.
    - Slices and whole deliveries are idempotent.
    - A failed slice is recorded in the outbox row. The row is due again after a back-off, or becomes a dead letter.
    """

    def __init__(
        self,
        outbox: Outbox,
        followers: Followers,
        timelines: Timelines,
        now_ms: Callable[[], int],
        observe: Callable[[DeliveryEvent], None],
        *,
        slice_size: int,
    ) -> None:
        self._outbox = outbox
        self._followers = followers
        self._timelines = timelines
        self._now_ms = now_ms
        self._observe = observe
        self._slice_size = slice_size

    def execute(self, delivery: Delivery) -> Delivery | None:
        """Pushes the next slice; returns the rest of the delivery, None if nothing is left to do now."""
        # A hint may come from anywhere: the followers of another author are not those of the tweet.
        if not self._outbox.lease(delivery.tweet_id, delivery.author_id):
            return None
        try:
            after = self._push_slice(delivery)
        except BaseException as error:
            # An end of the thread counts too: a tweet that ends every worker must become a dead letter.
            self._fail(delivery, error)
            if not isinstance(error, Exception):
                raise
            return None
        if after is not None:
            return replace(delivery, after=after)
        if self._outbox.done(delivery.tweet_id):
            self._observe(TweetPushed(delivery.tweet_id, self._seconds_since(delivery.tweet_id)))
        return None

    def _push_slice(self, delivery: Delivery) -> int | None:
        """Returns the follow id after which the next slice starts; None after the last slice."""
        followers, last = self._followers.followers_after(delivery.author_id, delivery.after, self._slice_size)
        if followers:
            self._observe(SlicePushed(self._timelines.push(delivery.tweet_id, followers)))
        return last if len(followers) == self._slice_size else None

    def _fail(self, delivery: Delivery, error: BaseException) -> None:
        event = self._outbox.failed(delivery, f"{type(error).__name__}: {error}")
        if event is not None:
            self._observe(event)

    def _seconds_since(self, tweet_id: int) -> float:
        return max(0.0, (self._now_ms() - created_at_ms(tweet_id)) / 1000)
