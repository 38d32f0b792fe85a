"""Hostile clients, which hold connections open and read no answers."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from cluster.exchange import TIMELINE
from cluster.listener import STREAM


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: perch\r\nX-User-Id: eve\r\n".encode()


_POST = b"POST /v1/tweets HTTP/1.1\r\nHost: perch\r\nX-User-Id: eve\r\nContent-Type: application/json\r\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """The bytes that such a client sends first, and then repeatedly. It never reads."""

    name: str
    first: bytes
    then: bytes = b""


SLOW = (
    Kind("sends nothing", b""),
    Kind("sends its request line byte by byte", b"G", b"E"),
    Kind("sends its headers byte by byte", _get(TIMELINE) + b"X-Slow: ", b"x"),
    Kind("sends its body byte by byte", _POST + b"Content-Length: 9000\r\n\r\n", b"x"),
    Kind("sends its chunks byte by byte", _POST + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n", b"x"),
    Kind("never sends its body", _POST + b"Content-Length: 9000\r\n\r\n"),
    Kind("reads no answers", (_get(f"{TIMELINE}?limit=100") + b"\r\n") * 50),
    Kind("reads nothing of its stream", _get(STREAM) + b"Last-Event-ID: 0\r\n\r\n"),
)


class Crowd:
    """Some clients of each kind, which keep their connections open until the end of the context."""

    def __init__(self, port: int, kinds: Sequence[Kind], of_each: int) -> None:
        self._port = port
        self._clients = [(kind, socket.socket()) for kind in kinds for _ in range(of_each)]

    def __enter__(self) -> Self:
        for kind, client in self._clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", self._port))
            client.setblocking(False)
            client.send(kind.first)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, client in self._clients:
            client.close()

    def __len__(self) -> int:
        return len(self._clients)

    def send_more(self) -> None:
        """Sends a little more over each connection that still accepts data."""
        for kind, client in self._clients:
            with suppress(OSError):
                client.send(kind.then)
