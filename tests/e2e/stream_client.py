"""Clients of streams as programs: libraries that Perch itself does not need."""

import json
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cluster.listener import SILENCE_SECONDS_MAX, STREAM
from cluster.perch_process import environment
from tests.documents.programs import CLIENTS, client_tool, node_file, program

Event = tuple[str, str]
"""Name and data."""

OPEN: Event = ("open", "")
"""What a program says for each connection."""

END: Event = ("end", "")


def eventsource() -> list[str | Path]:
    node_file("eventsource/package.json")
    return [program("node", "it comes with Node.js 20 or later"), CLIENTS / "listen_eventsource.mjs"]


def sseclient() -> list[str | Path]:
    return [client_tool("python"), CLIENTS / "listen_sseclient.py"]


def httpx() -> list[str | Path]:
    return [client_tool("python"), CLIENTS / "listen_httpx.py"]


class StreamClient:
    """A program that listens to a stream, and connects again until the block ends."""

    def __init__(self, command: Sequence[str | Path], port: int, headers: Mapping[str, str], log: Path) -> None:
        """What it prints to standard error goes into the log."""
        self._log = log
        self._said: queue.Queue[Event] = queue.Queue()
        arguments = [f"http://127.0.0.1:{port}{STREAM}", json.dumps(headers)]
        with log.open("w") as stderr:
            self._process = subprocess.Popen(
                [*command, *arguments], env=environment({}), stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        self._reader = threading.Thread(target=self._read, args=[self._process.stdout])

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def next(self) -> Event:
        """Waits for what the program says next. Raises `AssertionError` when it ends or says nothing for long."""
        try:
            event = self._said.get(timeout=SILENCE_SECONDS_MAX)
        except queue.Empty:
            raise AssertionError(f"Nothing came for {SILENCE_SECONDS_MAX} s.\n{self._log.read_text()}") from None
        assert event != END, f"The client has ended.\n{self._log.read_text()}"
        return event

    def _read(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                name, data = json.loads(line)
                self._said.put((name, data))
        self._said.put(END)
