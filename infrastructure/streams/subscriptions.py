"""The subscriptions of open streams, on which their threads wait."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from domain.errors import Overloaded
from infrastructure.counts import StreamCounts

RETRY_AFTER_SECONDS = 5


class Subscription:
    """One reader's subscription to new and deleted tweets. Only one thread may wait on it and take from it."""

    def __init__(self, user_id: str, leave: Callable[["Subscription"], None]) -> None:
        self.user_id = user_id
        self._leave = leave
        self._ended = False
        self._woken = threading.Event()
        self._deleted: deque[int] = deque()

    def wait(self, timeout: float) -> bool:
        """Waits for something new since the last call, or for the end; returns False after `timeout` seconds."""
        woken = self._woken.wait(timeout)
        self._woken.clear()
        return woken

    def wake(self) -> None:
        """Wakes the thread that waits; if none does, its next `wait` returns at once."""
        self._woken.set()

    def tell_deleted(self, tweet_ids: Iterable[int]) -> None:
        """Adds the ids of deleted tweets, and wakes the thread that waits, also without an id."""
        self._deleted.extend(tweet_ids)
        self.wake()

    def any_deleted(self) -> bool:
        return bool(self._deleted)

    def take_deleted(self) -> Sequence[int]:
        """Removes and returns the ids of deleted tweets, in the order in which they were added."""
        return [self._deleted.popleft() for _ in range(len(self._deleted))]

    def end(self) -> None:
        """Marks the subscription as ended and wakes its thread."""
        self._ended = True
        self.wake()

    def has_ended(self) -> bool:
        """Returns True if there is nothing more to wait for."""
        return self._ended

    def close(self) -> None:
        """Ends the subscription and frees its place. It is idempotent."""
        self._leave(self)
        self.end()


class Subscriptions:
    """Holds at most `limit` open subscriptions.

    The lock protects the set of subscriptions, the number of refused requests, and the flag that `end` sets.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._open: set[Subscription] = set()
        self._shed = 0
        self._ended = False

    def open(self, user_id: str) -> Subscription:
        """Opens a subscription; raises `Overloaded` if there are too many. After `end`, it has ended already."""
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

    def all_open(self) -> Sequence[Subscription]:
        """Returns the subscriptions that are open now."""
        with self._lock:
            return list(self._open)

    def any_open(self) -> bool:
        with self._lock:
            return bool(self._open)

    def end(self) -> None:
        """Ends all subscriptions, including those that are opened later."""
        with self._lock:
            self._ended = True
            subscriptions = list(self._open)
        for subscription in subscriptions:
            subscription.end()

    def counts(self) -> StreamCounts:
        with self._lock:
            return StreamCounts(len(self._open), self._limit, self._shed)

    def _remove(self, subscription: Subscription) -> None:
        with self._lock:
            self._open.discard(subscription)
