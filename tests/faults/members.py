"""Several `serve` and `work` on one database, which are killed, stopped and started again."""

import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.perch_process import PerchProcess, ServerProcess, WorkProcess
from tests.engines.until import until
from tests.faults.broken_process import program

END_SECONDS = 30.0

Kind = type[PerchProcess]


class Members:
    """Processes of both kinds, by number; as a context manager it starts them, and kills them in the end."""

    def __init__(self, folder: Path, kinds: Sequence[Kind], settings: Mapping[str, str], broken: str = "") -> None:
        """`broken` names the rule that they break, if any (`broken_process.py`)."""
        self._folder = folder
        self._kinds = kinds
        self._settings = settings
        self._broken = broken
        self._started = 0
        self.processes: list[PerchProcess] = []

    def __enter__(self) -> Self:
        with ThreadPoolExecutor(len(self._kinds)) as pool:
            starting = [pool.submit(self._start, number) for number in range(len(self._kinds))]
        self.processes = [each.result() for each in starting if each.exception() is None]
        if len(self.processes) < len(starting):
            self.__exit__(None, None, None)
            raise next(error for each in starting if (error := each.exception()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.process.kill()
            process._close()

    def urls(self) -> list[str]:
        """The addresses of the `serve`s, also of those that do not run now."""
        return [process.url for process in self.processes if not isinstance(process, WorkProcess)]

    def numbers(self, kind: Kind) -> list[int]:
        return [number for number, each in enumerate(self._kinds) if each is kind]

    def kill(self, number: int) -> None:
        """Ends a process by SIGKILL, and starts another one."""
        killed = self.processes[number]
        killed.process.kill()
        killed.process.wait(END_SECONDS)
        killed._close()
        self.processes[number] = self._start(number)

    def pause(self, number: int) -> None:
        self.processes[number].process.send_signal(signal.SIGSTOP)

    def resume(self, number: int) -> None:
        self.processes[number].process.send_signal(signal.SIGCONT)

    def await_ready(self) -> None:
        """Waits until all processes are ready."""
        for process in self.processes:
            until(partial(is_ready, process))

    def logs(self) -> str:
        return "\n".join(log.read_text() for log in sorted(self._folder.glob("member-*.log")))

    def _start(self, number: int) -> PerchProcess:
        kind = self._kinds[number]
        self._started += 1
        log = self._folder / f"member-{number}-{self._started}.log"
        return kind(log, program=self._program(kind), **self._settings)

    def _program(self, kind: Kind) -> list[str] | None:
        return program(self._broken, kind.COMMAND) if self._broken else None


def is_ready(process: ServerProcess) -> bool:
    try:
        return process.call("GET", "/readyz")[0] == 200
    except OSError:
        return False
