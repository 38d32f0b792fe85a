"""Perch as a separate process on a real socket."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cluster.exchange import ANSWER_SECONDS, exchange

REPOSITORY = Path(__file__).parents[1]
SETTINGS = {"DATABASE_URL": "memory:", "PORT": "0", "SECRET_KEY": "end to end", "LOG_LEVEL": "WARNING"}
START_SECONDS = 90.0
"""Beside seven busy neighbours a process gets its two seconds of CPU after half a minute."""

STOP_SECONDS = 60.0
RUN_SECONDS = 240.0


def run_app(*arguments: object, seconds: float = RUN_SECONDS, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Runs `python -m app` to its end with these settings alone; raises `TimeoutExpired` when it takes longer."""
    return run(command(*arguments), seconds, settings)


def run(command_line: Sequence[str], seconds: float, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Runs a program of the repository to its end with these settings alone."""
    return subprocess.run(
        command_line,
        cwd=REPOSITORY,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def command(*arguments: object) -> list[str]:
    """The command line of `python -m app`."""
    return [sys.executable, "-m", "app", *map(str, arguments)]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process: these settings, and none of the shell's own."""
    return {"PATH": os.environ.get("PATH", ""), **settings}


class ServerProcess:
    """A process that serves Perch at `port`, which a subclass finds out.

    As a context manager it stops the process, and raises `AssertionError` when it did not stop well.
    """

    port: int

    def __init__(self, log: Path, command_line: Sequence[str], settings: Mapping[str, str]) -> None:
        """Starts it; its log goes into the file."""
        self._log = log
        self._asked_to_stop = False
        self.started_at = time.monotonic()
        with log.open("w") as stderr:
            self.process = subprocess.Popen(
                command_line,
                cwd=REPOSITORY,
                env=environment({**SETTINGS, **settings}),
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            self._close()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> str:
        """Asks the process to stop, if nothing has yet, and waits for its end; returns its output since it listened.

        Raises `AssertionError` when that takes over `STOP_SECONDS`, or its exit status is not 0.
        """
        if not self._asked_to_stop:
            self.ask_to_stop(by)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"Perch did not stop within {STOP_SECONDS} s.\n{self.log()}") from None
        said = self._stdout.read()
        assert status == 0, f"Perch stopped with status {status}, and said {said!r}.\n{self.log()}"
        return said

    def hang_up(self) -> None:
        """Closes the pipe that the process prints to."""
        self._stdout.close()

    def ask_to_stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        self._asked_to_stop = True
        self.process.send_signal(by)

    def log(self) -> str:
        return self._log.read_text()

    def call(self, method: str, path: str, user: str = "", body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of the answer, over a new connection."""
        with closing(self.connect()) as connection:
            return exchange(connection, method, path, user, body)

    def connect(self) -> HTTPConnection:
        """An open connection, for the caller to close."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        connection.connect()
        return connection

    @property
    def _stdout(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def _close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._stdout.close()


class PerchProcess(ServerProcess):
    """`python -m app serve`, from the moment it says where it listens until it has stopped."""

    COMMAND = "serve"
    SAYS = "Perch listens on http://"

    def __init__(self, log: Path, *arguments: str, program: Sequence[str] | None = None, **settings: str) -> None:
        """Raises `AssertionError` when it does not listen within `START_SECONDS`; `program` may start it."""
        super().__init__(log, program or command(self.COMMAND, *arguments), settings)
        line = self._first_line()
        if not line.startswith(self.SAYS):
            self._close()
            raise AssertionError(f"Perch started with {line!r}.\n{self.log()}")
        self.port = int(line.rpartition(":")[2])

    def _first_line(self) -> str:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            return self._stdout.readline() if selector.select(START_SECONDS) else ""


class WorkProcess(PerchProcess):
    """`python -m app work`, from the moment it says where it reports its health until it has stopped."""

    COMMAND = "work"
    SAYS = "Perch works, and reports its health, on http://"


@contextmanager
def running_perch(folder: Path, **settings: str) -> Iterator[PerchProcess]:
    """A process with these settings; its log goes into the folder, and must not hold a traceback."""
    log = folder / "log"
    with PerchProcess(log, **settings) as perch:
        yield perch
    assert "Traceback" not in log.read_text()
