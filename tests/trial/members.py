"""Several `serve` and `work` on the same engines, which are killed, stopped and started again."""

import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from cluster.engines.ports import ReservedPort
from cluster.perch_process import PerchProcess, WorkProcess
from tests.engines.until import until
from tests.trial.process import program

END_SECONDS = 30.0
STARTS = 3
READY_SECONDS = 60.0

Kind = type[PerchProcess]
KINDS: Sequence[Kind] = (PerchProcess, PerchProcess, WorkProcess, WorkProcess)


class Members:
    """Processes of both kinds, by number; as a context manager it starts them, and kills them in the end.

    Each keeps its port. Its clock is wrong by as many seconds as the next of `clocks` says, at each start by others.
    All break the rule that `broken` names, if any.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], clocks: Sequence[int], broken: str) -> None:
        self._folder = folder
        self._settings = settings
        self._clocks = clocks
        self._broken = broken
        self._started = 0
        self._ports = [ReservedPort() for _ in KINDS]
        self.processes: list[PerchProcess] = []

    def __enter__(self) -> Self:
        self.start_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill_all()
        for port in self._ports:
            port.release()

    def start_all(self) -> None:
        """Starts them at once; when one does not start, none is left."""
        with ThreadPoolExecutor(len(KINDS)) as pool:
            starting = [pool.submit(self._start, number) for number in range(len(KINDS))]
        self.processes = [each.result() for each in starting if each.exception() is None]
        if len(self.processes) < len(starting):
            self.kill_all()
            raise next(error for each in starting if (error := each.exception()))

    def kill_all(self) -> None:
        """Ends them at once by SIGKILL, also those that are paused."""
        for process in self.processes:
            process.process.kill()
        for process in self.processes:
            process._close()
        self.processes = []

    def ports(self) -> list[int]:
        """The ports of the `serve`s, also of those that do not run now."""
        return [self._ports[number].number for number in self.numbers(PerchProcess)]

    def numbers(self, kind: Kind) -> list[int]:
        return [number for number, each in enumerate(KINDS) if each is kind]

    def kill(self, number: int) -> None:
        """Ends a process by SIGKILL, and starts another one."""
        killed = self.processes[number]
        killed.process.kill()
        killed.process.wait(END_SECONDS)
        killed._close()
        self.processes[number] = self._start(number)

    def restart(self, number: int) -> None:
        """Ends a process in order, and starts another one."""
        self.processes[number].stop()
        self.processes[number]._close()
        self.processes[number] = self._start(number)

    def pause(self, number: int) -> None:
        self.processes[number].process.send_signal(signal.SIGSTOP)

    def resume(self, number: int) -> None:
        self.processes[number].process.send_signal(signal.SIGCONT)

    def await_ready(self) -> None:
        """Waits until all processes are ready."""
        for process in self.processes:
            until(partial(_is_ready, process), READY_SECONDS)

    def logs(self) -> str:
        return "\n".join(log.read_text() for log in sorted(self._folder.glob("member-*.log")))

    def _start(self, number: int) -> PerchProcess:
        """Starts one; again, if it did not say in time that it runs, which a busy machine may be the reason of."""
        for _ in range(STARTS - 1):
            with suppress(AssertionError):
                return self._start_once(number)
        return self._start_once(number)

    def _start_once(self, number: int) -> PerchProcess:
        kind = KINDS[number]
        self._started += 1
        log = self._folder / f"member-{number}-{self._started}.log"
        clock = self._clocks[self._started % len(self._clocks)]
        settings = {**self._settings, "PORT": str(self._ports[number].number)}
        return kind(log, program=program(kind.COMMAND, clock, self._broken), **settings)


def _is_ready(process: PerchProcess) -> bool:
    try:
        return process.call("GET", "/readyz")[0] == 200
    except OSError:
        return False
