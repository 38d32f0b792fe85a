"""Waitress: start, serve, drain, stop."""

import logging
import socket
import time
from collections import deque
from ipaddress import ip_address
from typing import Any

from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from app.channel import Channel
from app.config import Settings
from app.open_files import allow_open_files
from app.perch import Perch
from app.stop_signals import call_on_stop_signals
from infrastructure.http.envelope import request_id_of
from infrastructure.http.problems import CONTENT_TYPE, overloaded
from infrastructure.log import get_logger

log = get_logger("perch.server")

CONNECTIONS_MAX = 2000
"""Those of streams come on top."""

UNACKNOWLEDGED_MS_MAX = 9000
"""A client that takes nothing of what was sent for so long is gone; the system would wait a quarter of an hour."""

BODY_BYTES_MAX = 1024 * 1024
"""Larger bodies are refused before they are read; the application refuses those over 16 KiB."""

HEADER_BYTES_MAX = 64 * 1024
POLL_SECONDS = 0.5
"""How often the server looks around: for threads that died, and clients that are too slow."""

SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
    SOCKET_OPTIONS.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX))
DRAIN_POLL_SECONDS = 0.05


class Server:
    """Serves Perch over HTTP from `run` until `ask_to_stop`.

    The listening socket is open as soon as this exists; `url` says where.
    """

    def __init__(self, perch: Perch, settings: Settings) -> None:
        """Raises `OSError` or `ValueError` when the address cannot be listened on."""
        # Waitress logs a line for every request that waits for a thread, which costs more than the wait.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._perch = perch
        self._shutdown_seconds = settings.shutdown_seconds
        self._sockets: dict[int, Any] = {}
        self._stop_asked = False
        self._max_in_flight = settings.max_in_flight
        self._threads = settings.threads
        self._in_flight: set[Channel] = set()
        self._looked_at = 0.0
        self._mine: deque[Channel] = deque()
        self._waitress = create_server(
            perch.app,
            map=self._sockets,
            host=settings.host,
            port=settings.port,
            threads=self._threads,
            connection_limit=allow_open_files(CONNECTIONS_MAX + settings.max_streams),
            max_request_body_size=BODY_BYTES_MAX,
            max_request_header_size=HEADER_BYTES_MAX,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
            ident="perch",
        )
        self._listeners: list[Any] = [part for part in self._sockets.values() if isinstance(part, BaseWSGIServer)]
        for listener in self._listeners:
            listener.channel_class = Channel
            listener.draining = False
            listener.in_flight = self._in_flight
            listener.has_place_for = self._has_place_for
            listener.refusal = self._refusal
            listener.add_task = self._admit
            listener.adj.socket_options = SOCKET_OPTIONS
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.url = f"http://{host}:{self._listeners[0].effective_port}"

    def run(self) -> int:
        """Starts Perch's threads, serves, drains and stops; returns how many events were left undelivered."""
        self._perch.start()
        while not self._stop_asked:
            self._poll(POLL_SECONDS)
            self._give_streams_threads()
            self._look_around()
        deadline = time.monotonic() + self._shutdown_seconds
        self._drain(deadline)
        self._waitress.task_dispatcher.shutdown(timeout=max(0, int(deadline - time.monotonic())))
        wasyncore.close_all(self._sockets)
        return self._perch.stop(max(1.0, deadline - time.monotonic()))

    def _give_streams_threads(self) -> None:
        """Called after every poll, which a request that comes when streams have all threads is too."""
        dispatcher = self._waitress.task_dispatcher
        wanted = self._threads + self._perch.subscriptions.counts().open
        if wanted != len(dispatcher.threads) - dispatcher.stop_count:
            dispatcher.set_thread_count(wanted)

    def _look_around(self) -> None:
        now = time.monotonic()
        if now < self._looked_at + POLL_SECONDS:
            return
        self._looked_at = now
        self._perch.supervise()
        for channel in self._channels():
            # Never back to False: a thread that found the connection broken may say so at the same moment.
            if channel.is_too_slow(now):
                channel.will_close = True

    def _has_place_for(self, channel: Channel) -> bool:
        # A client may have sent its next request before the thread takes note that the last one is answered.
        return len(self._in_flight) < self._max_in_flight or channel in self._in_flight

    def _admit(self, channel: Channel) -> None:
        """Hands a request to the threads, or keeps it for the thread that reads requests.

        That one refuses what is too much, and answers those who watch the process, because the others may all be busy.
        """
        if self._has_place_for(channel) and not channel.is_always_answered():
            self._in_flight.add(channel)
            self._waitress.task_dispatcher.add_task(channel)  # type: ignore[arg-type]
        else:
            self._mine.append(channel)

    def _serve_mine(self) -> None:
        while self._mine:
            channel = self._mine.popleft()
            if channel.is_always_answered():
                channel.service()
            else:
                self._perch.shed.count()
                channel.refuse(overloaded(self._max_in_flight))

    def _refusal(self, sent_id: bytes | None) -> bytes:
        """The whole answer to a request that is refused unparsed."""
        self._perch.shed.count()
        request_id = request_id_of((sent_id or b"").decode())
        body = overloaded(self._max_in_flight).document(request_id)
        return (
            f"HTTP/1.1 503 Service Unavailable\r\nContent-Length: {len(body)}\r\nContent-Type: {CONTENT_TYPE}\r\n"
            f"Retry-After: 1\r\nServer: perch\r\nX-Request-Id: {request_id}\r\n\r\n"
        ).encode() + body

    @property
    def is_reachable_from_outside(self) -> bool:
        """Whether some address that it listens on is not loopback."""
        return not all(ip_address(listener.effective_host).is_loopback for listener in self._listeners)

    def stop_on_signals(self) -> None:
        """Takes SIGTERM and SIGINT as `ask_to_stop`; another one after that ends the process at once."""
        call_on_stop_signals(self.ask_to_stop)

    def ask_to_stop(self) -> None:
        """Makes `run` drain and return."""
        self._stop_asked = True
        self._listeners[0].pull_trigger()

    def _drain(self, deadline: float) -> None:
        """Closes the listener and every idle connection, ends the streams, and answers what is in flight."""
        log.info("draining", connections=len(self._channels()))
        self._perch.drain()
        for listener in self._listeners:
            listener.draining = True
            _accept_waiting(listener)
            wasyncore.dispatcher.close(listener)
        idle: set[Channel] = set()
        while (channels := self._channels()) and time.monotonic() < deadline:
            # This reads what was sent before the first look, hence only after a second one there is nothing to answer.
            self._poll(DRAIN_POLL_SECONDS)
            idle_before, idle = idle, {channel for channel in channels if not _is_busy(channel)}
            for channel in idle & idle_before:
                channel.will_close = True
        if channels:
            log.warning("connections_cut", connections=len(channels), seconds=self._shutdown_seconds)

    def _channels(self) -> set[Channel]:
        return {channel for listener in self._listeners for channel in listener.active_channels.values()}

    def _poll(self, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._sockets, count=1)
        self._serve_mine()


def _accept_waiting(listener: Any) -> None:  # noqa: ANN401 - waitress is not typed
    """Takes over every connection that the kernel has made; a listener that closes would reset them."""
    accepted = -1
    while accepted < len(listener.active_channels):
        accepted = len(listener.active_channels)
        listener.handle_accept()


def _is_busy(channel: Channel) -> bool:
    return bool(channel.requests or channel.request or channel.total_outbufs_len)
