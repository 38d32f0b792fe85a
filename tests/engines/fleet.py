"""Processes of Perch that share a database."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from cluster.perch_process import PerchProcess, WorkProcess, command
from cluster.scrapes import Samples, samples

P = TypeVar("P", bound=PerchProcess)

WITHOUT_KEY = ["env", "-u", "SECRET_KEY"]
"""All processes sign cursors with the key that the database keeps."""


class Fleet:
    """Some `serve` and some `work` on one database; as a context manager it stops them all.

    More of them can be started later, and each may have ended before.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        """Starts nothing yet; the logs go into the folder."""
        self._folder = folder
        self._settings = settings
        self._stack = ExitStack()
        self.serves: list[PerchProcess] = []
        self.works: list[WorkProcess] = []

    def serve(self, count: int = 1, **settings: str) -> Sequence[PerchProcess]:
        """Starts so many more `serve`, and returns them."""
        started = self._start(PerchProcess, count, settings)
        self.serves += started
        return started

    def work(self, count: int = 1, **settings: str) -> Sequence[WorkProcess]:
        """Starts so many more `work`, and returns them."""
        started = self._start(WorkProcess, count, settings)
        self.works += started
        return started

    def _start(self, kind: type[P], count: int, settings: dict[str, str]) -> list[P]:
        first = len(self.serves) + len(self.works)

        def start(number: int) -> P:
            log = self._folder / f"perch-{first + number}.log"
            process = kind(log, program=[*WITHOUT_KEY, *command(kind.COMMAND)], **{**self._settings, **settings})
            self._stack.enter_context(process)
            return process

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(start, range(count)))

    def logs(self) -> list[str]:
        return [process.log() for process in [*self.serves, *self.works]]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in [*self.serves, *self.works]:
            if process.process.poll() is None:
                process.ask_to_stop()
        self._stack.close()


StartFleet = Callable[..., Fleet]


def metrics(process: PerchProcess) -> Samples:
    """What the process itself counts and measures."""
    status, body = process.call("GET", "/metrics")
    assert status == 200
    return samples(body.decode())
