"""Queues in memory: hints for the fan-out, and announcements for the streams."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

from domain.events import Announcement, TweetCreated
from infrastructure.counts import QueueCounts
from infrastructure.events.codec import decode, encode
from infrastructure.events.taken import Taken


class MemoryEvents:
    """A bounded FIFO queue of hints. If it is full, hints are dropped, and their outbox rows fall due instead.

    Hints are encoded and decoded, so that a broker brings no surprise. The lock protects the numbers of hints.
    """

    def __init__(self, capacity: int) -> None:
        self._queue: queue.Queue[bytes] = queue.Queue(capacity)
        self._lock = threading.Lock()
        self._sent = self._dropped = self._taken = 0

    def hint(self, event: TweetCreated) -> None:
        """Puts the hint into the queue without waiting, or drops it if the queue is full."""
        try:
            self._queue.put_nowait(encode(event))
        except queue.Full:
            with self._lock:
                self._dropped += 1
        else:
            with self._lock:
                self._sent += 1

    def take(self, timeout: float) -> Taken | None:
        """Returns the next hint; None after `timeout` seconds without one."""
        try:
            body = self._queue.get(block=timeout > 0, timeout=timeout)
        except queue.Empty:
            return None
        with self._lock:
            self._taken += 1
        return Taken(decode(body))

    def done(self, taken: Taken) -> None:
        """Does nothing: what was taken is out of the queue."""

    def counts(self) -> QueueCounts:
        with self._lock:
            return QueueCounts(self._queue.qsize(), self._queue.maxsize, self._dropped, self._sent, self._taken)


class MemoryAnnouncements:
    """A bounded queue of announcements. If it is full, they are dropped: streams also read from time to time."""

    def __init__(self, capacity: int) -> None:
        self._queue: queue.Queue[Announcement] = queue.Queue(capacity)
        self._is_wanted: Callable[[], bool] = lambda: True

    def wanted_while(self, is_wanted: Callable[[], bool]) -> None:
        """From now on drops announcements while `is_wanted` returns False."""
        self._is_wanted = is_wanted

    def announce(self, tweet_id: int, author_id: str) -> None:
        """Tells the listener that the author has a new tweet."""
        self._put(Announcement(tweet_id, author_id))

    def announce_deletion(self, tweet_id: int, author_id: str) -> None:
        """Tells the listener that the author deleted a tweet."""
        self._put(Announcement(tweet_id, author_id, deleted=True))

    def _put(self, announcement: Announcement) -> None:
        if self._is_wanted():
            with suppress(queue.Full):
                self._queue.put_nowait(announcement)

    def take(self, timeout: float) -> Announcement | None:
        """Returns the next announcement; None after `timeout` seconds without one."""
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
