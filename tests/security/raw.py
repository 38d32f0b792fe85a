"""Bytes on a connection of their own, because no client sends what attackers do."""

import re
import socket
from contextlib import suppress

from tests.http.wire import TIMEOUT_SECONDS

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
LAST = b"GET /the-last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def say(port: int, sent: bytes) -> bytes:
    """All that a server says to this, which is the end of what is sent to it."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return _received(connection)


def say_through(port: int, sent: bytes) -> bytes:
    """The same for a gateway, which drops whoever stops sending; a last request has it close the connection."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(sent + LAST)
        return _received(connection)


def _received(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            received += part
    return received


def statuses(said: bytes) -> list[int]:
    """Of all answers that were given."""
    return [int(status) for status in _STATUS.findall(said)]
