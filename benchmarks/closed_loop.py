"""Load in a closed loop: each of a few connections sends its next request after the answer. It shows the capacity."""

import select
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle

from benchmarks.open_loop import Client

CONNECTIONS = 8
ACCEPTED = frozenset({200, 201})


def requests_a_second(port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS) -> float:
    """Returns the requests answered a second; raises `RuntimeError` for an answer that is neither 200 nor 201."""
    asked = cycle(requests)
    clients: dict[int, Client] = {}
    with select.epoll() as epoll, ExitStack() as sockets:
        for _ in range(connections):
            client = Client(port)
            sockets.enter_context(client.socket)
            clients[client.socket.fileno()] = client
            epoll.register(client.socket.fileno(), select.EPOLLIN)
            client.socket.send(next(asked))
        started = time.perf_counter()
        answered = 0
        while (now := time.perf_counter()) < started + seconds:
            for fd, _ in epoll.poll(0.1):
                answered += _ask_again_when_answered(clients[fd], asked)
    return answered / (now - started)


def _ask_again_when_answered(client: Client, asked: Iterator[bytes]) -> bool:
    status = client.receive()
    if status < 0:
        return False
    if status not in ACCEPTED:
        raise RuntimeError(f"the service answered {status}")
    client.socket.send(next(asked))
    return True
