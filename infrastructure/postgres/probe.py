"""A quick answer to the question where the database can be reached."""

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import ConnStatus, ExecStatus, PGconn, PollingStatus

EVENTS = {PollingStatus.READING: select.POLLIN, PollingStatus.WRITING: select.POLLOUT}
"""What an attempt waits for."""

IS_READ_ONLY = b"SHOW transaction_read_only"


def find_server(conninfo: str, seconds: float) -> str | None:
    """Returns the connection string of the first server that accepts writes within `seconds`; None if none does.

    It asks all addresses at the same time, because one that is unreachable would use up the time of the others. The
    driver's own `connect` asks one after the other, and waits for each for two seconds at least. The time that names
    take to be resolved comes on top.
    """
    ends_at = time.monotonic() + seconds
    attempts = [_Attempt(address) for address in addresses(conninfo)]
    try:
        while True:
            for attempt in attempts:
                if attempt.status == PollingStatus.OK:
                    return attempt.conninfo
            if not _advance([attempt for attempt in attempts if attempt.status in EVENTS], ends_at - time.monotonic()):
                return None
    finally:
        for attempt in attempts:
            attempt.end()


def addresses(conninfo: str) -> Iterator[str]:
    """Yields a connection string for each address, in their order; none for a name that cannot be resolved.

    libpq would resolve names too, but would hold the interpreter lock, so that nothing else runs meanwhile.
    """
    parts = conninfo_to_dict(conninfo)
    if parts.get("hostaddr") or not parts.get("host"):
        yield conninfo
        return
    hosts = str(parts["host"]).split(",")
    ports = str(parts.get("port") or "").split(",")
    for host, port in zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=True):
        one = make_conninfo(conninfo, host=host, port=port or None)
        if not host or host.startswith(("/", "@")):  # a socket in the file system
            yield one
            continue
        with suppress(OSError, UnicodeError):
            for *_, address in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
                yield make_conninfo(one, hostaddr=str(address[0]))


class _Attempt:
    """A session that is being opened, and is then asked whether it may write.

    A pooler opens sessions without the server, so that only an answer to a statement tells that the server is there.
    """

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self._connection = PGconn.connect_start(conninfo.encode())
        self._is_asking = False
        is_bad = self._connection.status == ConnStatus.BAD
        self.status = PollingStatus.FAILED if is_bad else PollingStatus.WRITING

    def fileno(self) -> int:
        return self._connection.socket

    def advance(self) -> None:
        """Goes on as far as possible without waiting."""
        if self._is_asking:
            self._connection.consume_input()
            if not self._connection.is_busy():
                self.status = PollingStatus.OK if self._may_write() else PollingStatus.FAILED
            return
        self.status = PollingStatus(self._connection.connect_poll())
        if self.status == PollingStatus.OK:
            self._connection.send_query(IS_READ_ONLY)
            self._is_asking = True
            self.status = PollingStatus.READING

    def _may_write(self) -> bool:
        result = self._connection.get_result()
        return result is not None and result.status == ExecStatus.TUPLES_OK and result.get_value(0, 0) == b"off"

    def end(self) -> None:
        self._connection.finish()


def _advance(attempts: Sequence[_Attempt], seconds: float) -> bool:
    """Waits until one of the attempts can go on; returns False if none could in time, or none is left."""
    poll = select.poll()
    waiting = {}
    for attempt in attempts:
        with _failing(attempt):
            waiting[attempt.fileno()] = attempt
            poll.register(attempt.fileno(), EVENTS[attempt.status])
    found = poll.poll(seconds * 1000) if waiting and seconds > 0 else []
    for descriptor, _ in found:
        with _failing(waiting[descriptor]):
            waiting[descriptor].advance()
    return bool(found)


@contextmanager
def _failing(attempt: _Attempt) -> Iterator[None]:
    """Ends the attempt if its connection turns out to be lost."""
    try:
        yield
    except psycopg.OperationalError:
        attempt.status = PollingStatus.FAILED
