"""Load in a closed loop: each of a few connections sends its next request after the answer. It shows the capacity."""

import select
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle

from benchmarks.open_loop import Client

CONNECTIONS = 8
ACCEPTED = frozenset({200, 201, 204})


def requests_a_second(port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS) -> float:
    """Returns the requests answered a second; raises `RuntimeError` for an answer that is none of `ACCEPTED`."""
    asked = cycle(requests)
    clients: dict[int, Client] = {}
    with select.epoll() as epoll, ExitStack() as sockets:

        def connect() -> Client:
            client = Client(port)
            sockets.enter_context(client.socket)
            clients[client.socket.fileno()] = client
            epoll.register(client.socket.fileno(), select.EPOLLIN)
            return client

        for _ in range(connections):
            connect().socket.send(next(asked))
        started = time.perf_counter()
        answered = 0
        while (now := time.perf_counter()) < started + seconds:
            for fd, _ in epoll.poll(0.1):
                client = clients[fd]
                if _is_answered(client):
                    answered += 1
                    if client.ends:
                        client.socket.close()
                        client = connect()
                    client.socket.send(next(asked))
    return answered / (now - started)


def _is_answered(client: Client) -> bool:
    status = client.receive()
    if status >= 0 and status not in ACCEPTED:
        raise RuntimeError(f"the service answered {status}")
    return status >= 0
