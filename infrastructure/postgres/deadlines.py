"""Deadlines for what a connection waits for, also where no packet comes back."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CHECK_SECONDS = 0.05


@dataclass(eq=False, slots=True)
class Limit:
    """The socket that is waited for, and the monotonic time at which it is shut down."""

    descriptor: int
    ends_at: float
    has_passed: bool = False


class Deadlines:
    """Shuts down the sockets of calls that last too long, so that the calls fail instead of waiting.

    A driver's own time-outs do not end a wait for a server that has vanished: its statement time-out is the server's,
    and TCP waits for minutes. The lock protects the set of limits. A socket is shut down under the lock, so that it is
    never one that was closed and opened again for something else.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: set[Limit] = set()

    @contextmanager
    def within(self, descriptor: int, seconds: float) -> Iterator[Limit]:
        """Shuts down the socket if the context lasts for longer than `seconds`."""
        limit = Limit(descriptor, time.monotonic() + seconds)
        with self._lock:
            self._limits.add(limit)
        try:
            yield limit
        finally:
            with self._lock:
                self._limits.discard(limit)

    def enforce(self) -> None:
        """Shuts down what is overdue; must be called every `CHECK_SECONDS` or so."""
        now = time.monotonic()
        with self._lock:
            for limit in self._limits:
                if limit.ends_at < now and not limit.has_passed:
                    limit.has_passed = True
                    _shut_down(limit.descriptor)


def _shut_down(descriptor: int) -> None:
    try:
        with socket.socket(fileno=socket.dup(descriptor)) as duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)
    except OSError:  # the other side has closed it meanwhile
        return
