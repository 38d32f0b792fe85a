"""Granian: start, serve, drain, stop, in this process and with its application.

Granian's public way to serve WSGI builds the application in a process of its own, which shares its port with whoever
else opens it so, and takes its signals. Perch, whose state is in memory, would have to be in there whole, and could
neither drain nor say which free port it has. So this runs granian's worker itself, as granian's processes do. That is
no public interface, hence the narrow range of versions in setup.cfg.
"""

import asyncio
import os
import queue
import socket
import threading
import time
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import Any

from granian import _granian
from granian._futures import _new_cbscheduler
from granian.http import HTTP1Settings

from app.affinity import cpus, elsewhere, stay_on
from app.channel import SEND_SECONDS_MAX
from app.config import Settings
from app.granian_calls import GranianCalls
from app.open_files import allow_open_files
from app.perch import Perch
from app.server import CONNECTIONS_MAX, HEADER_BYTES_MAX, POLL_SECONDS, SOCKET_OPTIONS
from app.stop_signals import call_on_stop_signals
from infrastructure.log import get_logger

log = get_logger("perch.server")

_untyped: Any = _granian
"""Granian's own types of this are those of an older version."""

BACKLOG = 1024
ADMITTING_THREADS = 4
"""These are left whoever waits for a body: they let in, refuse, and answer those who watch the process."""

TURN_SECONDS_MAX = 5.0
"""Granian takes milliseconds for its turn, or none at all while it has as many connections as it may."""

IDLE_THREAD_SECONDS = 1
"""Then a thread that had nothing to do ends; another is started when it is needed. A stop may have to wait for that."""


class GranianServer:
    """Serves Perch over HTTP from `run` until `ask_to_stop`, as `app.server.Server` does.

    The listening socket is open as soon as this exists; `url` says where.
    """

    def __init__(self, perch: Perch, settings: Settings, io_cpus: AbstractSet[int]) -> None:
        """Granian's own threads run on `io_cpus`, Python's where the calling one does; empty: all where that does.

        Raises `OSError` or `ValueError` when the address cannot be listened on.
        """
        self._perch = perch
        self._settings = settings
        self._io_cpus = io_cpus
        self._connections_max = allow_open_files(CONNECTIONS_MAX + settings.max_streams)
        self._calls = GranianCalls(perch, settings.max_in_flight, partial(stay_on, cpus()))
        self._stop_asked: queue.SimpleQueue[bool] = queue.SimpleQueue()  # its `put` may interrupt its `get`
        self._stop_granian = _untyped.WorkerSignal()
        self._ended = threading.Event()
        self._stop_granian.add_cb(self._ended.set)
        self._listener = _listening_socket(settings.host, settings.port)
        self._address, port = self._listener.getsockname()[:2]
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self.url = f"http://{host}:{port}"

    @property
    def is_reachable_from_outside(self) -> bool:
        """Whether the address that it listens on is not loopback."""
        return not ip_address(self._address).is_loopback

    def stop_on_signals(self) -> None:
        """Takes SIGTERM and SIGINT as `ask_to_stop`; another one after that ends the process at once."""
        call_on_stop_signals(self.ask_to_stop)

    def ask_to_stop(self) -> None:
        """Makes `run` drain and return."""
        self._stop_asked.put(True)

    def run(self) -> int:
        """Starts Perch's threads, serves, drains and stops; returns how many events were left undelivered."""
        self._perch.start()
        loop = asyncio.new_event_loop()
        self._start_granian(loop)
        while not self._is_stop_asked():
            self._perch.supervise()
        deadline = time.monotonic() + self._settings.shutdown_seconds
        self._drain(deadline)
        self._calls.stop(max(0.0, deadline - time.monotonic()))
        loop.close()
        return self._perch.stop(max(1.0, deadline - time.monotonic()))

    def _start_granian(self, loop: asyncio.AbstractEventLoop) -> None:
        """Returns at once. Granian wants a loop for any interface, and uses none for WSGI."""
        self._calls.start(self._settings.threads)
        worker = _untyped.WSGIWorker(
            worker_id=1,
            # Granian closes the descriptor that it is given.
            sock=(None, _untyped.SocketHolder(os.dup(self._listener.fileno()), False, BACKLOG)),
            ipc=None,
            threads=1,
            # As many may wait for bodies as may be answered.
            py_threads=self._settings.max_in_flight + ADMITTING_THREADS,
            py_threads_idle_timeout=IDLE_THREAD_SECONDS,
            backpressure=self._connections_max,
            http_mode="1",
            http1_opts=HTTP1Settings(
                header_read_timeout=int(SEND_SECONDS_MAX * 1000), max_buffer_size=HEADER_BYTES_MAX
            ),
            metrics=(None, None),
        )
        scheduler = _new_cbscheduler(loop, self._calls, impl_asyncio=True)  # type: ignore[no-untyped-call]
        with elsewhere(self._io_cpus):
            worker.serve_mtr(scheduler, loop, self._stop_granian)

    def _is_stop_asked(self) -> bool:
        try:
            return self._stop_asked.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return False

    def _drain(self, deadline: float) -> None:
        """Closes the listener and every idle connection, ends the streams, and answers what is in flight."""
        log.info("draining")
        self._perch.drain()
        self._await_turn(max(0.0, min(TURN_SECONDS_MAX, deadline - time.monotonic())))
        self._listener.close()
        self._stop_granian.set()
        if not self._ended.wait(max(0.0, deadline - time.monotonic())):
            log.warning("connections_cut", seconds=self._settings.shutdown_seconds)

    def _await_turn(self, timeout: float) -> None:
        """Waits until granian knows of all that was sent so far, for `timeout` seconds at most.

        When it stops, it closes every connection on which it knows of no request. It hears of requests, and of
        connections, in their order: once it has closed one that was opened and closed here, it knows of all before.
        """
        address = self._listener.getsockname()[:2]
        with suppress(OSError), socket.create_connection(address, timeout) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)


def _listening_socket(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    for option in SOCKET_OPTIONS:  # on Linux those that are accepted inherit them
        listener.setsockopt(*option)
    return listener
