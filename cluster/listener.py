"""A reader of streams, by the specification of server-sent events."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from types import MappingProxyType
from typing import Any

STREAM = "/v1/users/me/timeline/stream"
SILENCE_SECONDS_MAX = 15.0
"""The contract: a stream is never silent for longer."""


@dataclass
class Block:
    """The lines up to an empty line: an event, a comment, or fields of the stream such as `retry`."""

    comments: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def tweet(self) -> dict[str, Any] | None:
        """The tweet, if this is an event with one."""
        if self.fields.get("event") != "tweet":
            return None
        tweet: dict[str, Any] = json.loads(self.fields["data"])
        assert tweet["id"] == self.fields["id"]
        return tweet


class Listener:
    """Opens a stream over its own connection, and reads only when a method asks for blocks or tweets."""

    def __init__(
        self,
        port: int,
        user: str = "",
        last_event_id: str | None = None,
        *,
        more_headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.user = user
        self.last_event_id = last_event_id
        self._connection = HTTPConnection("127.0.0.1", port, timeout=SILENCE_SECONDS_MAX)
        headers = {"X-User-Id": user, **more_headers}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self._connection.connect()
        self._socket: socket.socket = self._connection.sock
        self._connection.request("GET", STREAM, headers=headers)
        self.response: HTTPResponse = self._connection.getresponse()

    def blocks(self) -> Iterator[Block]:
        """The blocks until the stream ends. Raises `TimeoutError` after `SILENCE_SECONDS_MAX` of silence."""
        block = Block()
        for line in self._lines():
            if not line:
                self.last_event_id = block.fields.get("id", self.last_event_id)
                yield block
                block = Block()
            elif line.startswith(":"):
                block.comments.append(line[1:])
            else:
                name, _, value = line.partition(": ")
                block.fields[name] = value

    def tweets(self) -> Iterator[dict[str, Any]]:
        return (tweet for block in self.blocks() if (tweet := block.tweet()) is not None)

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    def reset(self) -> None:
        """Resets the connection instead of closing it in order."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def cut(self) -> None:
        """Ends the stream from any thread, while another one may be reading it."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def _lines(self) -> Iterator[str]:
        while line := self.response.readline():
            yield line.decode().rstrip("\n")


class ListenerThread(threading.Thread):
    """Reads a stream to its end, and records each tweet with its time of arrival."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(daemon=True)
        self.listener = listener
        self.came: list[tuple[float, dict[str, Any]]] = []
        self._more = threading.Condition()

    def run(self) -> None:
        with closing(self.listener), suppress(IncompleteRead, ConnectionError):
            for tweet in self.listener.tweets():
                with self._more:
                    self.came.append((time.monotonic(), tweet))
                    self._more.notify_all()

    def wait_for(self, count: int, timeout: float) -> bool:
        """Waits until `count` tweets have arrived; returns whether they did in time."""
        with self._more:
            return self._more.wait_for(lambda: len(self.came) >= count, timeout)
