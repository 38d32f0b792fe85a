"""A TCP proxy between Perch and an engine, which makes the faults of a network."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self

from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.proxy_link import Cut, Link, Rules

BACKLOG = 128
CALL_SECONDS = 30.0
FILL_SECONDS = 0.05

P = ParamSpec("P")


def in_loop(
    method: "Callable[Concatenate[Proxy, P], Coroutine[Any, Any, None]]",
) -> "Callable[Concatenate[Proxy, P], None]":
    """Runs the method in the proxy's thread; returns when it is done."""

    @wraps(method)
    def run(self: "Proxy", /, *args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run_coroutine_threadsafe(method(self, *args, **kwargs), self._loop).result(CALL_SECONDS)

    return run


class Proxy:
    """Passes connections to `port` of 127.0.0.1 on to an engine; as a context manager it runs until the block ends.

    Each method returns when it is done. A fault lasts until `forward` ends all faults. Faults add up: `black_hole` with
    `ignore` is a network that is gone. The system still acknowledges what the proxy holds back, so keepalive probes
    notice nothing, only a client's own deadlines do. When the engine refuses a connection, the client sees a reset.
    """

    def __init__(self, port: int, host: str = LOCALHOST) -> None:
        """The engine's address; it need not listen yet."""
        self._loop = asyncio.new_event_loop()
        self._engine = (host, port)
        self._links: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None
        self._reserved = ReservedPort()
        self._rules = Rules()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._unanswered: list[socket.socket] = []

    @property
    def port(self) -> int:
        return self._reserved.number

    def __enter__(self) -> Self:
        self._thread.start()
        self.forward()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_SECONDS)
        self._loop.close()
        self._reserved.release()

    @in_loop
    async def forward(self) -> None:
        """Ends all faults. What was held back passes now, late as it is; to drop it, call `cut` before."""
        self._rules.cuts.clear()
        self._rules.delay_seconds = 0.0
        self._rules.open.set()
        if self._listener is None:
            self._stop_ignoring()
            self._listener = self._listen(BACKLOG)
            self._loop.add_reader(self._listener, self._accept, self._listener)

    @in_loop
    async def lead_to(self, port: int) -> None:
        """Passes new connections on to another engine, on this port; open ones go on to the one before."""
        if self._listener is not None:
            self._accept(self._listener)
            await asyncio.sleep(0)  # what is accepted connects to the engine of this moment
        self._engine = (self._engine[0], port)

    @in_loop
    async def refuse(self) -> None:
        """Refuses new connections; open ones go on."""
        self._stop_listening()
        self._stop_ignoring()

    @in_loop
    async def ignore(self) -> None:
        """Leaves new connections without any answer, so that connecting takes forever; open ones go on."""
        self._stop_listening()
        self._stop_ignoring()
        self._unanswered.append(self._listen(0))
        # The system ignores new connections once the queue of the listener is full.
        full = False
        while not full:
            filler = socket.socket()
            self._unanswered.append(filler)
            filler.setblocking(False)
            filler.connect_ex((LOCALHOST, self.port))
            await asyncio.sleep(FILL_SECONDS)
            full = not _is_connected(filler)

    @in_loop
    async def cut(self) -> None:
        """Resets all open connections, on both sides; new ones are not affected."""
        if self._listener is not None:
            self._accept(self._listener)
        await asyncio.sleep(0)  # a task which has not begun cannot close its connection
        for link in self._links:
            link.cancel()
        if self._links:
            await asyncio.wait(self._links)

    @in_loop
    async def black_hole(self) -> None:
        """Passes nothing on, in either direction; new connections are accepted."""
        self._rules.open.clear()

    @in_loop
    async def delay(self, seconds: float) -> None:
        """Holds each piece of at most 64 KiB back for so long, in either direction."""
        self._rules.delay_seconds = seconds

    def cut_request(self, containing: bytes = b"") -> threading.Event:
        """Resets the connection of the next request that contains these bytes, which the engine never gets.

        A request is what a client sends in one piece of at most 64 KiB. The event is set when the connection is reset.
        """
        return self._add_cut(Cut(containing, None))

    def cut_answer(self, to: bytes = b"", *, after: int = 0) -> threading.Event:
        """Passes the next request that contains these bytes, and `after` bytes of the answer; then resets both sides.

        The engine has answered by then. The event is set when the connection is reset.
        """
        return self._add_cut(Cut(to, after))

    def _add_cut(self, cut: Cut) -> threading.Event:
        self._add(cut)
        return cut.done

    @in_loop
    async def _add(self, cut: Cut) -> None:
        self._rules.cuts.append(cut)

    def _listen(self, backlog: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOCALHOST, self.port))
        listener.listen(backlog)
        listener.setblocking(False)
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                client, _ = listener.accept()
                client.setblocking(False)
                link = self._loop.create_task(Link(client, self._engine, self._rules).run())
                self._links.add(link)
                link.add_done_callback(self._links.discard)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._accept(self._listener)
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _stop_ignoring(self) -> None:
        while self._unanswered:
            self._unanswered.pop().close()


def _is_connected(connection: socket.socket) -> bool:
    with suppress(OSError):
        connection.getpeername()
        return True
    return False
