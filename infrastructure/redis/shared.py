"""What the processes of a database share through Redis."""

from collections.abc import Callable
from hashlib import blake2b

from infrastructure.memory.write_allowance import Rate
from infrastructure.outside.watching import watched
from infrastructure.redis.announcements import WAIT_SECONDS, Announcements, RedisAnnouncements
from infrastructure.redis.connections import TIMEOUT_SECONDS, Connections, packed
from infrastructure.redis.write_allowance import RedisAllowance

PING = packed("PING")

CLOSE_SECONDS = 2 * WAIT_SECONDS
"""A thread ends within this time, unless it waits for Redis or the database."""


class SharedRedis:
    """What all processes of a database share through Redis: one connection pool, its circuit, and its thread."""

    def __init__(self, url: str, secret: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Redis need not answer yet. All processes of a database have the same secret.

        Raises `ValueError` if this is no URL of a Redis server.
        """
        # So that two databases on one server have nothing in common, and the secret stays one.
        self._namespace = f"perch:{blake2b(b'redis', key=secret.encode()[:64], digest_size=8).hexdigest()}"
        self._connections = Connections(url, timeout_seconds)
        self.circuit, self.thread = watched("redis", lambda: self._connections.ask_anew(PING))
        self._closing: list[Callable[[], object]] = [lambda: self.thread.stop(timeout_seconds), self._connections.drop]

    def announcements(self, own: Announcements, frontier: Callable[[], int]) -> RedisAnnouncements:
        """Returns announcements to all processes, whose threads run already."""
        channel = f"{self._namespace}:announcements"
        announcements = RedisAnnouncements(own, frontier, self._connections, self.circuit, channel)
        for thread in announcements.threads:
            thread.start()
        self._closing.insert(0, lambda: announcements.close(CLOSE_SECONDS))
        return announcements

    def allowance(self, rate: Rate, monotonic: Callable[[], float]) -> RedisAllowance:
        """Returns a write allowance of all processes together."""
        return RedisAllowance(self._connections, f"{self._namespace}:windows", rate, self.circuit, monotonic)

    def close(self) -> None:
        """Stops the threads and closes the connections."""
        for close in self._closing:
            close()
