"""Load in an open loop: requests are sent on a schedule, whether earlier ones were answered or not.

The latency of a request counts from the time when it was due. A closed loop, whose clients wait for each answer before
their next request, hides every stall of the service, because no requests are sent during the stall.
(Schroeder, Wierman, Harchol-Balter: "Open Versus Closed: A Cautionary Tale", NSDI 2006.)
"""

import math
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 0.01
RECEIVE_BYTES = 1 << 17


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status of an answer, and the seconds since the request was due.

    The status is 0 if the connection ended without an answer. `which` is the index of the request in the sequence.
    """

    status: int
    seconds: float
    which: int = 0


class Client:
    """One connection. It is busy from a request to the end of its answer."""

    __slots__ = ("due", "ends", "received", "socket", "which")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.which = 0
        self.ends = False
        """The server closes the connection after this answer, as nginx does after a thousand."""
        self.received = b""

    def receive(self) -> int:
        """Returns the status after the whole answer, -1 before that, 0 if the connection ended."""
        data = self.socket.recv(RECEIVE_BYTES)
        return self._status_when_complete(data) if data else 0

    def _status_when_complete(self, data: bytes) -> int:
        received = self.received = self.received + data if self.received else data
        head_ends = received.find(b"\r\n\r\n")
        head = received[:head_ends].lower()
        at = head.find(b"content-length: ")
        if head_ends < 0 or len(received) < head_ends + 4 + (_number(received, at + 16) if at >= 0 else 0):
            return -1
        self.ends = b"\r\nconnection: close" in head
        self.received = b""
        return _number(received, 9)


def _number(text: bytes, at: int) -> int:
    digits = text[at : at + 12]
    return int(digits[: len(digits) - len(digits.lstrip(b"0123456789"))])


class OpenLoop:
    """Sends requests at a rate over a fixed number of connections, and records the outcome of each.

    A request that is due while all connections are busy waits here, and this time counts.
    """

    def __init__(self, port: int, requests: Sequence[bytes], rate: float, seconds: float, connections: int) -> None:
        self._port = port
        self._requests = requests
        self._rate = rate
        self._seconds = seconds
        self._total = int(rate * seconds)
        self._sent = 0
        self._epoll = select.epoll()
        self._clients: dict[int, Client] = {}
        self._idle = deque(self._connected() for _ in range(connections))
        self._outcomes: list[Outcome] = []

    def run(self, patience: float = PATIENCE_SECONDS) -> list[Outcome]:
        """Sends all requests; waits for answers until at most `patience` seconds after the last one was due."""
        self._started = time.perf_counter()
        until = self._started + self._seconds + patience
        while len(self._outcomes) < self._total and time.perf_counter() < until:
            self._send_what_is_due()
            for fd, _ in self._epoll.poll(self._pause()):
                self._receive(self._clients[fd])
        for client in self._clients.values():
            client.socket.close()
        self._epoll.close()
        return self._outcomes

    def _connected(self) -> Client:
        client = Client(self._port)
        self._clients[client.socket.fileno()] = client
        self._epoll.register(client.socket.fileno(), select.EPOLLIN)
        return client

    def _due(self) -> float:
        return self._started + self._sent / self._rate

    def _pause(self) -> float:
        if not self._idle or self._sent == self._total:
            return LONGEST_WAIT_SECONDS
        return max(0.0, self._due() - time.perf_counter())

    def _send_what_is_due(self) -> None:
        now = time.perf_counter()
        while self._idle and self._sent < self._total and (due := self._due()) <= now:
            client = self._idle.popleft()
            client.due = due
            client.which = self._sent % len(self._requests)
            client.socket.send(self._requests[client.which])
            self._sent += 1

    def _receive(self, client: Client) -> None:
        status = client.receive()
        if status < 0:
            return
        self._outcomes.append(Outcome(status, time.perf_counter() - client.due, client.which))
        if status == 0 or client.ends:
            del self._clients[client.socket.fileno()]
            client.socket.close()
            client = self._connected()
        self._idle.append(client)


def percentile(seconds: Sequence[float], share: float) -> float:
    """Returns the smallest value that at least this share of the values does not exceed; 0 if there are none."""
    ordered = sorted(seconds)
    return ordered[math.ceil(len(ordered) * share) - 1] if ordered else 0.0
