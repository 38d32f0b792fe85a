"""Deadlines for what a connection waits for, also where no packet comes back."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

CHECK_SECONDS = 0.05

DescriptorOf = Callable[[], int]
"""Returns the descriptor of a socket; raises an error, or returns a negative number, once it is closed."""


@dataclass(eq=False, slots=True)
class Limit:
    """The socket that is waited for, how long, and the monotonic time at which it is shut down."""

    descriptor_of: DescriptorOf
    seconds: float
    ends_at: float
    has_passed: bool = False


class Deadlines:
    """Shuts down the sockets of calls that last too long, so that the calls fail instead of waiting.

    A driver's own time-outs do not end a wait for a server that has vanished: its statement time-out is the server's,
    and TCP waits for minutes. The lock protects the set of limits.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: set[Limit] = set()

    @contextmanager
    def within(self, descriptor_of: DescriptorOf, seconds: float) -> Iterator[Limit]:
        """Shuts down the socket if the context lasts for longer than `seconds`."""
        limit = Limit(descriptor_of, seconds, time.monotonic() + seconds)
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
                    _shut_down(limit.descriptor_of)


def _shut_down(descriptor_of: DescriptorOf) -> None:
    try:
        descriptor = descriptor_of()
        with socket.socket(fileno=socket.dup(descriptor)) as duplicate:
            # A driver closes a socket that it finds broken, and the next socket of any kind gets its number. If the
            # number is still the same one's after the duplication, the duplicate is of the right socket.
            if descriptor_of() == descriptor:
                duplicate.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):  # it is closed already
        return
