"""The waitress server: start, serve, drain, stop."""

import logging
import time
from collections import deque
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from infrastructure.http.problems import Problem, overloaded
from infrastructure.log import get_logger
from infrastructure.seldom import SeldomTotal
from infrastructure.server.channel import Channel
from infrastructure.server.open_files import allow_open_files
from infrastructure.server.served import Served
from infrastructure.server.stop_signals import call_on_stop_signals
from infrastructure.server.waitress_settings import (
    BODY_BYTES_MAX,
    CONNECTIONS_MAX,
    HEADER_BYTES_MAX,
    SOCKET_OPTIONS,
    WaitressSettings,
)

log = get_logger("perch.server")

POLL_SECONDS = 0.5
"""The interval of the checks for dead threads and slow clients."""

DRAIN_POLL_SECONDS = 0.05

LOG_SECONDS = 10.0
"""The shortest time between two lines about threads that the system refuses."""


class WaitressServer:
    """Serves an application over HTTP from `run` until `ask_to_stop`.

    The constructor opens the listening socket; `url` is its address.
    """

    def __init__(self, served: Served, settings: WaitressSettings) -> None:
        """Raises `OSError` or `ValueError` if the server cannot listen on the address, and `TooFewOpenFiles`."""
        # Waitress logs a line for every request that waits for a thread; that costs more than the wait.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._served = served
        self._shutdown_seconds = settings.shutdown_seconds
        self._sockets: dict[int, Any] = {}
        self._stop_asked = False
        self._max_in_flight = settings.max_in_flight
        self._threads = settings.threads
        self._in_flight: set[Channel] = set()
        self._checked_at = 0.0
        self._threads_refused = SeldomTotal(LOG_SECONDS, time.monotonic)
        self._not_dispatched: deque[Channel] = deque()
        self._held: deque[Channel] = deque()
        """Connections whose clients must read before their next request is answered."""
        self._waitress = create_server(
            served.app,
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
            listener.shed = self._shed
            listener.cors = served.cors
            listener.add_task = self._admit
            listener.adj.socket_options = SOCKET_OPTIONS
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.url = f"http://{host}:{self._listeners[0].effective_port}"

    def run(self) -> int | None:
        """Starts the application, serves, drains and stops; returns what `Served.stop` returns."""
        self._served.start()
        while not self._stop_asked:
            self._poll(POLL_SECONDS)
            self._adjust_thread_count()
            self._run_checks()
        deadline = time.monotonic() + self._shutdown_seconds
        self._drain(deadline)
        self._waitress.task_dispatcher.shutdown(timeout=max(0, int(deadline - time.monotonic())))
        wasyncore.close_all(self._sockets)
        return self._served.stop(max(1.0, deadline - time.monotonic()))

    def _adjust_thread_count(self) -> None:
        """Adds a thread for each open stream. It runs soon, because opening a stream interrupts the poll.

        While the system allows no more threads, streams occupy those of other requests, and each poll tries again.
        """
        dispatcher = self._waitress.task_dispatcher
        wanted = self._threads + self._served.open_streams()
        if wanted == len(dispatcher.threads) - dispatcher.stop_count:
            return
        before = set(dispatcher.threads)
        try:
            dispatcher.set_thread_count(wanted)
        except RuntimeError as error:
            # The system allows no more. waitress counts a thread before it starts it.
            dispatcher.threads.discard(max(dispatcher.threads - before, default=-1))
            refused = self._threads_refused.add()
            if refused is not None:
                log.warning("no_thread", error=str(error), refused_so_far=refused)

    def _run_checks(self) -> None:
        now = time.monotonic()
        if now < self._checked_at + POLL_SECONDS:
            return
        self._checked_at = now
        self._served.supervise()
        for channel in self._channels():
            # Never set to False here: another thread may set it to True at the same moment.
            if channel.is_too_slow(now):
                channel.will_close = True

    def _has_place_for(self, channel: Channel) -> bool:
        # A client may send its next request before the thread has removed the last one from those in flight.
        return len(self._in_flight) < self._max_in_flight or channel in self._in_flight

    def _admit(self, channel: Channel) -> None:
        """Passes a request to the dispatcher's threads, or keeps it for the thread that reads requests.

        That thread refuses requests over the limit, and answers monitors and errors, because all others may be busy.
        """
        if not channel.has_read_enough():
            self._in_flight.discard(channel)
            self._held.append(channel)
            return
        channel.admitted_at = time.monotonic()
        if self._has_place_for(channel) and not channel.needs_no_place():
            self._in_flight.add(channel)
            self._waitress.task_dispatcher.add_task(channel)  # type: ignore[arg-type]
        else:
            self._not_dispatched.append(channel)

    def _serve_not_dispatched(self) -> None:
        # One of each connection. Its next request, if it is there already, has triggered another poll.
        for _ in range(len(self._not_dispatched)):
            channel = self._not_dispatched.popleft()
            if channel.needs_no_place():
                channel.service()
            else:
                channel.refuse(self._shed())

    def _admit_held(self) -> None:
        for _ in range(len(self._held)):
            channel = self._held.popleft()
            if channel.connected:
                self._admit(channel)

    def _shed(self) -> Problem:
        self._served.count_shed()
        return overloaded(self._max_in_flight)

    @property
    def is_reachable_from_outside(self) -> bool:
        """True if the server listens on an address that is not loopback."""
        return not all(ip_address(listener.effective_host).is_loopback for listener in self._listeners)

    def stop_on_signals(self) -> None:
        """Calls `ask_to_stop` on SIGTERM and SIGINT; a second signal ends the process at once."""
        call_on_stop_signals(self.ask_to_stop)

    def ask_to_stop(self) -> None:
        """Makes `run` drain and return."""
        self._stop_asked = True
        with suppress(OSError):  # `run` may have seen it and closed the trigger
            self._listeners[0].pull_trigger()

    def _drain(self, deadline: float) -> None:
        """Closes the listener and all idle connections, ends the streams, and answers requests in flight."""
        log.info("draining", connections=len(self._channels()))
        self._served.drain()
        for listener in self._listeners:
            listener.draining = True
            _accept_waiting(listener)
            wasyncore.dispatcher.close(listener)
        idle: set[Channel] = set()
        while (channels := self._channels()) and time.monotonic() < deadline:
            # Data may have arrived before this poll, so only a connection idle after two polls has nothing waiting.
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
        self._admit_held()
        self._serve_not_dispatched()


def _accept_waiting(listener: Any) -> None:  # noqa: ANN401 - waitress is not typed
    """Accepts every connection that the kernel has queued; closing the listener would reset them."""
    accepted = -1
    while accepted < len(listener.active_channels):
        accepted = len(listener.active_channels)
        listener.handle_accept()


def _is_busy(channel: Channel) -> bool:
    return bool(channel.requests or channel.request or channel.total_outbufs_len or channel.is_discarding())
