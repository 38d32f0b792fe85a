"""Who waits for new tweets."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from domain.errors import Overloaded
from infrastructure.counts import StreamCounts

RETRY_AFTER_SECONDS = 5


class Follows(Protocol):
    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """For each other user, as of one moment: is followed by `user_id`, follows `user_id`."""


class Subscription:
    """One reader's wait for new tweets, for one thread to wait on."""

    def __init__(self, user_id: str, leave: Callable[["Subscription"], None]) -> None:
        self.user_id = user_id
        self._leave = leave
        self._ended = False
        self._woken = threading.Event()

    def wait(self, timeout: float) -> bool:
        """Waits until there may be something new since the last call, or the end; False after `timeout` seconds."""
        woken = self._woken.wait(timeout)
        self._woken.clear()
        return woken

    def wake(self) -> None:
        """Ends the wait, or the next one."""
        self._woken.set()

    def end(self) -> None:
        """Says that there is nothing more to wait for."""
        self._ended = True
        self.wake()

    def has_ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._ended

    def close(self) -> None:
        """Gives the subscription back, and ends it; doing so again changes nothing."""
        self._leave(self)
        self.end()


class Subscriptions:
    """The open subscriptions, at most `limit` of them.

    The lock protects the set of them, how many requests for one were shed, and whether the end has come.
    """

    def __init__(self, limit: int, follows: Follows) -> None:
        self._limit = limit
        self._follows = follows
        self._lock = threading.Lock()
        self._open: set[Subscription] = set()
        self._shed = 0
        self._ended = False

    def open(self, user_id: str) -> Subscription:
        """Has the user woken by what followees publish from now on; raises `Overloaded` when there are too many.

        After `end` it is one that has ended.
        """
        subscription = Subscription(user_id, self._remove)
        with self._lock:
            if self._ended:
                subscription.end()
            elif len(self._open) < self._limit:
                self._open.add(subscription)
            else:
                self._shed += 1
                raise Overloaded(f"All {self._limit} streams are in use.", RETRY_AFTER_SECONDS)
        return subscription

    def announce(self, author_id: str) -> None:
        """Wakes the author's followers, who have a new tweet to read. It never waits, and raises nothing."""
        with self._lock:
            subscriptions = list(self._open)
        if not subscriptions:
            return
        for subscription, (_, follows) in zip(subscriptions, self._who(author_id, subscriptions), strict=True):
            if follows:
                subscription.wake()

    def end(self) -> None:
        """Ends all of them, and whichever are opened later."""
        with self._lock:
            self._ended = True
            subscriptions = list(self._open)
        for subscription in subscriptions:
            subscription.end()

    def counts(self) -> StreamCounts:
        with self._lock:
            return StreamCounts(len(self._open), self._limit, self._shed)

    def _who(self, author_id: str, subscriptions: Sequence[Subscription]) -> list[tuple[bool, bool]]:
        try:
            return self._follows.relationships(author_id, [subscription.user_id for subscription in subscriptions])
        except Exception:  # noqa: BLE001 - whoever is woken for nothing just looks; the tweet is published
            return [(False, True)] * len(subscriptions)

    def _remove(self, subscription: Subscription) -> None:
        with self._lock:
            self._open.discard(subscription)
