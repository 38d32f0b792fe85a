"""One connection through the proxy, and the rules that all its connections follow."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field

CHUNK = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
NO_LINGER = struct.pack("ii", 0, 0)


@dataclass
class Cut:
    """The next request that contains `request` is to end its connection."""

    request: bytes
    answer_bytes: int | None
    """How much of the answer passes before; None means that not even the request passes."""
    done: threading.Event = field(default_factory=threading.Event)


class Rules:
    """What happens to the traffic. Only the proxy's thread uses it."""

    def __init__(self) -> None:
        self.cuts: list[Cut] = []
        self.delay_seconds = 0.0
        self.open = asyncio.Event()
        self.open.set()

    async def hold(self) -> None:
        """Returns when traffic may pass."""
        await asyncio.sleep(self.delay_seconds)
        await self.open.wait()

    def take_cut(self, request: bytes) -> Cut | None:
        """The first cut that is meant for this request; no other request gets it."""
        cut = next((cut for cut in self.cuts if cut.request in request), None)
        if cut is not None:
            self.cuts.remove(cut)
        return cut


class Link:
    """A client's connection, and the one to the engine that belongs to it."""

    def __init__(self, client: socket.socket, engine: tuple[str, int], rules: Rules) -> None:
        self._client = client
        self._engine = engine
        self._rules = rules
        self._writers: list[asyncio.StreamWriter] = []
        self._cut: Cut | None = None
        reset_on_close(client)

    async def run(self) -> None:
        """Passes traffic both ways until both sides have closed; an error on one side, or cancelling, resets both."""
        ended = False
        try:
            from_client, to_client = await self._opened(sock=self._client)
            from_engine, to_engine = await self._opened(*self._engine)
            async with asyncio.TaskGroup() as directions:
                directions.create_task(self._pass_requests(from_client, to_engine))
                directions.create_task(self._pass_answers(from_engine, to_client))
            ended = True
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            await self._close(gracefully=ended)

    async def _opened(
        self, host: str | None = None, port: int | None = None, sock: socket.socket | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(host, port, sock=sock)
        reset_on_close(writer.get_extra_info("socket"))
        self._writers.append(writer)
        return reader, writer

    async def _pass_requests(self, from_client: asyncio.StreamReader, to_engine: asyncio.StreamWriter) -> None:
        while request := await from_client.read(CHUNK):
            await self._rules.hold()
            self._cut = self._cut or self._rules.take_cut(request)
            if self._cut and self._cut.answer_bytes is None:
                raise ConnectionResetError
            to_engine.write(request)
            await to_engine.drain()
        await self._rules.hold()
        to_engine.write_eof()

    async def _pass_answers(self, from_engine: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while answer := await from_engine.read(CHUNK):
            await self._rules.hold()
            if self._cut:
                to_client.write(answer[: self._cut.answer_bytes])
                raise ConnectionResetError
            to_client.write(answer)
            await to_client.drain()
        await self._rules.hold()
        to_client.write_eof()

    async def _close(self, *, gracefully: bool) -> None:
        for writer in self._writers:
            if gracefully:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                writer.close()
            else:
                writer.transport.abort()
        for writer in self._writers:
            with suppress(OSError):
                await writer.wait_closed()
        if self._cut is not None:
            self._cut.done.set()


def reset_on_close(connection: socket.socket) -> None:
    """Makes the other side see a reset when this connection is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
