"""A service in its own process, and raw connections to it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.bare import Exchange
from benchmarks.cpus import SERVICE, children_on
from load.client import Address

LISTENS = re.compile(r".* on http://127\.0\.0\.1:(\d+)\n")
CONTENT_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)
GRANIAN_THREADS = 96
"""As in docs/operations.md: more than `MAX_IN_FLIGHT` and `MAX_STREAMS` together."""

JSON_HEADERS = "Content-Type: application/json\r\n"


Kind = Literal["flask", "wsgi"]


@dataclass(frozen=True, slots=True)
class Service:
    """The port and the process of a service."""

    port: int
    pid: int

    @property
    def address(self) -> Address:
        return Address.parse(f"http://127.0.0.1:{self.port}")

    def resident_bytes(self) -> int:
        """Returns the resident memory of the process."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def ask(self, request: bytes) -> bytes:
        """Returns the whole answer, over a new connection."""
        with closing(Connection(self.port)) as connection:
            return connection.ask(request)


def running_service(*arguments: str, **settings: str) -> AbstractContextManager[Service]:
    """Runs `python -m app serve` with these settings."""
    return _running(["app", "serve", *arguments], SERVICE, settings)


def running_worker(**settings: str) -> AbstractContextManager[Service]:
    """Runs `python -m app work` with these settings."""
    return _running(["app", "work"], SERVICE, settings)


def running_world(
    world: str, *arguments: str, cpus: frozenset[int] = SERVICE, **settings: str
) -> AbstractContextManager[Service]:
    """Runs `python -m benchmarks.serve` with one of `WORLDS`."""
    return _running(["benchmarks.serve", world, *arguments], cpus, settings)


def running_bare(kind: Kind, exchange: Exchange) -> AbstractContextManager[Service]:
    """Runs the yardstick that gives the answer of `exchange`."""
    return _running(["benchmarks.bare", kind, exchange.as_json()], SERVICE, {})


@contextmanager
def running_granian(**settings: str) -> Iterator[Service]:
    """Runs Perch on granian, as in docs/operations.md."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", str(GRANIAN_THREADS), "--no-log"]
    options += ["--workers-kill-timeout", "5"]
    with _process(["granian", *options, "--port", str(port), "app.wsgi:application"], SERVICE, settings) as process:
        while not _listens(port):
            if process.poll() is not None:
                raise RuntimeError("granian has ended")
            time.sleep(0.05)
        yield Service(port, process.pid)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@contextmanager
def _running(module: Sequence[str], cpus: frozenset[int], settings: Mapping[str, str]) -> Iterator[Service]:
    with _process(module, cpus, settings) as process:
        line = process.stdout.readline() if process.stdout else ""
        listens = LISTENS.fullmatch(line)
        if listens is None:
            raise RuntimeError(f"{module} said {line!r}")
        yield Service(int(listens[1]), process.pid)


@contextmanager
def _process(
    module: Sequence[str], cpus: frozenset[int], settings: Mapping[str, str]
) -> Iterator["subprocess.Popen[str]"]:
    defaults = {"DATABASE_URL": "memory:", "PORT": "0", "SECRET_KEY": "benchmark", "LOG_LEVEL": "ERROR"}
    environment = {"PATH": os.environ["PATH"], **defaults, **settings}
    command = [sys.executable, "-m", *module]
    with children_on(cpus):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


class Connection:
    """One keep-alive connection that uses as little CPU as possible."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Sends a request and returns the whole answer."""
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._received()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = CONTENT_LENGTH.search(head + b"\r\n")
        wanted = int(length[1]) if length else 0
        while len(body) < wanted:
            body += self._received()
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        self.socket.close()

    def _received(self) -> bytes:
        received = self.socket.recv(1 << 16)
        if not received:
            raise ConnectionResetError("the service closed the connection")
        return received


def request(method: str, path: str, user: str, body: bytes = b"") -> bytes:
    """Returns the bytes of a request."""
    lines = f"{method} {path} HTTP/1.1\r\nHost: perch\r\nX-User-Id: {user}\r\n"
    if body:
        lines += f"{JSON_HEADERS}Content-Length: {len(body)}\r\n"
    return f"{lines}\r\n".encode() + body
