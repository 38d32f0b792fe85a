"""Announcements that reach the streams of all processes within milliseconds, by Redis."""

import queue
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import orjson

from domain.errors import Unavailable
from domain.events import Announcement
from infrastructure.background import BackgroundThread
from infrastructure.outside.circuit import Circuit
from infrastructure.redis.connections import Connections, Subscription, packed

QUEUE_MAX = 10_000
AT_ONCE = 100
WAIT_SECONDS = 0.5
"""The longest wait for something to send or to hear, and so the longest time until a thread stops."""

PING_SECONDS = 5.0
SILENT_PINGS = 3
"""After so many pings without an answer the connection is taken for dead."""

LOOK_SECONDS = (0.002, 0.05)
"""The first and the longest pause between looks whether the frontier has passed a tweet."""

HELD_SECONDS = 5.0
"""A tweet that the frontier has not passed in this time is left to the looks at the database."""


class Announcements(Protocol):
    """The announcements of this process, which looks for those of others in the database, too."""

    def announce(self, tweet_id: int, author_id: str) -> None: ...

    def announce_deletion(self, tweet_id: int, author_id: str) -> None: ...

    def wanted_while(self, is_wanted: Callable[[], bool]) -> None: ...

    def take(self, timeout: float) -> Announcement | None: ...


@dataclass(frozen=True, slots=True)
class _Held:
    """An announcement that waits until the frontier has passed its tweet, or until a time."""

    announcement: Announcement
    until: float


class RedisAnnouncements:
    """Announces to this process at once, and to all processes through a channel of Redis.

    What comes through the channel is told when the frontier has passed the tweet, so that the stream that it wakes
    finds the tweet; that goes for what this process announced too early itself, too. Any message may be lost: the
    announcements behind it look at the database once a second, and tell each deletion once.
    """

    def __init__(
        self,
        own: Announcements,
        frontier: Callable[[], int],
        connections: Connections,
        circuit: Circuit,
        channel: str,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        self._ping_seconds = ping_seconds
        self._own = own
        self._frontier = frontier
        self._connections = connections
        self._circuit = circuit
        self._channel = channel
        self._outgoing: queue.Queue[Announcement] = queue.Queue(QUEUE_MAX)
        self._is_wanted: Callable[[], bool] = lambda: True
        self._subscription: Subscription | None = None
        self._pinged_at = 0.0
        self._unanswered = 0
        self._held: deque[_Held] = deque(maxlen=QUEUE_MAX)
        self._pause = LOOK_SECONDS[0]
        self.take = own.take
        self.threads = [
            BackgroundThread("redis-announce", self._send, gives_way=False),
            BackgroundThread("redis-listen", self._listen, gives_way=False),
        ]

    def wanted_while(self, is_wanted: Callable[[], bool]) -> None:
        """From now on drops announcements to this process while `is_wanted` returns False."""
        self._is_wanted = is_wanted
        self._own.wanted_while(is_wanted)

    def announce(self, tweet_id: int, author_id: str) -> None:
        """Tells all listeners that the author has a new tweet; never waits."""
        self._own.announce(tweet_id, author_id)
        self._put(Announcement(tweet_id, author_id))

    def announce_deletion(self, tweet_id: int, author_id: str) -> None:
        """Tells all listeners that the author deleted a tweet; never waits."""
        self._own.announce_deletion(tweet_id, author_id)
        self._put(Announcement(tweet_id, author_id, deleted=True))

    def close(self, timeout: float) -> None:
        """Stops the threads, within about `timeout` seconds each."""
        for thread in self.threads:
            thread.ask_to_stop()
        for thread in self.threads:
            thread.stop(timeout)
        self._unsubscribe()

    def _put(self, announcement: Announcement) -> None:
        with suppress(queue.Full):
            self._outgoing.put_nowait(announcement)

    def _send(self) -> None:
        some = list(self._to_send())
        commands = [packed("PUBLISH", self._channel, _written(each)) for each in some]
        if commands:
            with suppress(Unavailable):
                self._circuit.call(lambda: self._connections.ask(*commands))

    def _to_send(self) -> Iterator[Announcement]:
        with suppress(queue.Empty):
            yield self._outgoing.get(timeout=WAIT_SECONDS)
            for _ in range(AT_ONCE - 1):
                yield self._outgoing.get_nowait()

    def _listen(self) -> None:
        try:
            self._hear()
        except Unavailable:
            self._unsubscribe()
            time.sleep(WAIT_SECONDS)
        with suppress(Unavailable):
            self._tell()

    def _hear(self) -> None:
        """Waits for a message, and holds all that are there."""
        if self._subscription is None:
            self._subscription = self._circuit.call(lambda: self._connections.subscribe(self._channel))
            self._pinged_at, self._unanswered = time.monotonic(), 0
        wait = self._pause if self._held else min(WAIT_SECONDS, self._ping_seconds)
        while (message := self._subscription.next(wait)) is not None:
            self._unanswered = 0
            self._hold(message)
            wait = 0.0
        self._keep_awake(self._subscription)

    def _keep_awake(self, subscription: Subscription) -> None:
        if time.monotonic() < self._pinged_at + self._ping_seconds:
            return
        if self._unanswered == SILENT_PINGS:
            raise Unavailable("Redis tells nothing any more.")
        self._pinged_at = time.monotonic()
        self._unanswered += 1
        subscription.ping()

    def _hold(self, message: bytes) -> None:
        announcement = _read(message) if self._is_wanted() else None
        if announcement is not None:
            self._held.append(_Held(announcement, time.monotonic() + HELD_SECONDS))
            self._pause = 0.0

    def _tell(self) -> None:
        """Tells what the frontier has passed; the pauses between looks grow."""
        if not self._held:
            return
        self._pause = min(max(2 * self._pause, LOOK_SECONDS[0]), LOOK_SECONDS[1])
        frontier, now = self._frontier(), time.monotonic()
        for _ in range(len(self._held)):
            held = self._held.popleft()
            if held.announcement.tweet_id <= frontier:
                self._tell_own(held.announcement)
            elif now < held.until:
                self._held.append(held)

    def _tell_own(self, announcement: Announcement) -> None:
        tell = self._own.announce_deletion if announcement.deleted else self._own.announce
        tell(announcement.tweet_id, announcement.author_id)

    def _unsubscribe(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            subscription.close()


def _written(announcement: Announcement) -> bytes:
    return orjson.dumps([str(announcement.tweet_id), announcement.author_id, announcement.deleted])


def _read(message: bytes) -> Announcement | None:
    """Returns the announcement; None for an answer to a ping, and for what another version of Perch may write."""
    try:
        tweet_id, author_id, deleted = orjson.loads(message)
        return Announcement(int(tweet_id), str(author_id), deleted=bool(deleted))
    except (TypeError, ValueError):
        return None
