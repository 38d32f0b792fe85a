"""The bounded queue between publishing and the fan-out."""

import queue
import time
from collections import Counter

from domain.events import TweetCreated
from infrastructure.events.unfinished import Unfinished


class EventQueue:
    """Events for the fan-out, first in, first out. At most `capacity` of them wait.

    One that was taken is unfinished, and remembered, until `done`: who took it may lose it.
    """

    def __init__(self, capacity: int) -> None:
        self._queue = _Queue(capacity)
        self.capacity = capacity
        self._woken = False

    def offer(self, event: TweetCreated) -> bool:
        """Queues the event without waiting; False when there is no room."""
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            return False
        return True

    def has_room(self) -> bool:
        return self._queue.qsize() < self.capacity

    def depth(self) -> int:
        """How many events wait to be taken."""
        return self._queue.qsize()

    def take(self, timeout: float) -> TweetCreated | None:
        """The next event, None when there is none within `timeout` seconds or `wake` was called."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                return self._queue.get_nowait()
            except queue.Empty:
                if timeout <= 0 or not self._wait_for_one(deadline - time.monotonic()):
                    return None

    def _wait_for_one(self, timeout: float) -> bool:
        with self._queue.not_empty:
            self._queue.not_empty.wait_for(lambda: self._queue.queue or self._woken, timeout)
            self._woken = False
            return bool(self._queue.queue)

    def done(self, event: TweetCreated) -> None:
        """Says that the event, which was taken, is pushed or a dead letter."""
        with self._queue.mutex:
            self._queue.unfinished.remove(event.tweet_id)
            # Last: when this is cut before, the event is still known to be in somebody's hands.
            if self._queue.taken[event] > 1:
                self._queue.taken[event] -= 1
            else:
                del self._queue.taken[event]

    def taken(self) -> "Counter[TweetCreated]":
        """The events that were taken and are not done, and how often each was taken."""
        with self._queue.mutex:
            return self._queue.taken.copy()

    def wake(self) -> None:
        """Ends a `take` that waits, or the next one that would."""
        with self._queue.not_empty:
            self._woken = True
            self._queue.not_empty.notify_all()

    def unfinished(self) -> int:
        """How many events wait or were taken and are not done."""
        with self._queue.mutex:
            return len(self._queue.queue) + self._queue.taken.total()

    def oldest_unfinished(self) -> int | None:
        """The oldest tweet with an unfinished event, None without any."""
        with self._queue.mutex:
            return self._queue.unfinished.oldest()


class _Queue(queue.Queue[TweetCreated]):
    """Notes what is put in and taken out, in the same step. The queue's own lock, `mutex`, protects that too."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.unfinished = Unfinished()
        self.taken = Counter[TweetCreated]()

    def _put(self, item: TweetCreated) -> None:
        super()._put(item)
        self.unfinished.add(item.tweet_id)

    def _get(self) -> TweetCreated:
        event: TweetCreated = self.queue[0]
        # First: when this is cut in between, the event is delivered twice rather than not at all.
        self.taken[event] += 1
        self.queue.popleft()
        return event
