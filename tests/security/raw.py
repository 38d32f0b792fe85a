"""Raw bytes on new connections, because no HTTP client sends what attackers send."""

import json
import re
import socket

from cluster.perch_process import PerchProcess
from tests.http.wire import TIMEOUT_SECONDS, read_until_closed

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
LAST = b"GET /the-last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def ask(port: int, sent: bytes) -> bytes:
    """All that a server answers to these bytes, after which the client ends its side of the connection."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return read_until_closed(connection)


def ask_gateway(port: int, sent: bytes) -> bytes:
    """The same for a gateway, which drops a client that ends its side; a last request closes the connection."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(sent + LAST)
        return read_until_closed(connection)


def statuses(answered: bytes) -> list[int]:
    """The statuses of all answers in these bytes."""
    return [int(status) for status in _STATUS.findall(answered)]


def tweets_count(perch_process: PerchProcess, user_id: str) -> int:
    count: int = json.loads(perch_process.call("GET", f"/v1/users/{user_id}")[1])["tweets_count"]
    return count
