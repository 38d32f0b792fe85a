"""The processes of one engine, which can be paused and killed, and never outlive the process that started them."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from cluster.engines import guard
from cluster.perch_process import environment

STATE_SECONDS = 120.0
"""How long processes may take to be paused, killed or ended, on a machine where they get a tenth of a CPU."""

START_SECONDS = 180.0
LOG_CHARACTERS = 4000

KEEP = "PERCH_KEEP_FOLDERS"
"""With this variable set to 1, the folders of engines stay when the engines have ended."""

NOTHING: Mapping[str, str] = MappingProxyType({})

LOOK_SECONDS = 0.005


class EngineFailed(AssertionError):
    """The engine does not do what it was told; the message contains the end of its log."""


class Processes:
    """An engine's processes, and a temporary folder for its files.

    They end and the folder is removed by `close`, and also when the process that started them is killed.
    """

    def __init__(
        self,
        name: str,
        *,
        user: str = "",
        end_signal: signal.Signals = signal.SIGTERM,
        variables: Mapping[str, str] = NOTHING,
    ) -> None:
        """As root, the engine runs as `user`, to whom the folder belongs; `end_signal` ends it at once.

        `variables` are added to the environment of the engine.
        """
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix=f"perch-{name}-"))
        self.main = 0
        """The id of the process that was started last, whether it still runs or not."""
        user = user if os.geteuid() == 0 else ""
        if user:
            shutil.chown(self.folder, user, pwd.getpwnam(user).pw_gid)
        self._log = self.folder / "log"
        with self._log.open("w") as log:
            self._guard = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    guard.__file__,
                    self.folder,
                    user,
                    end_signal.name,
                    os.environ.get(KEEP, ""),
                ],
                env=environment({"LC_ALL": "C.UTF-8", **variables}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C in a terminal is for the process that started it
            )

    @property
    def running(self) -> bool:
        """True while the process that was started last is there, paused or not."""
        # The guard is the parent of what it starts; others of its descendants are not looked for: callers ask often.
        with suppress(OSError):
            state, parent = guard.state_and_parent(self.main)
            return parent == self._guard.pid and state not in guard.ENDED and self._guard.poll() is None
        return False

    def start(self, *command: str | Path) -> None:
        """Starts a program in the folder; returns at once. Its output goes to the log."""
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        print(json.dumps([str(part) for part in command]), file=self._guard.stdin, flush=True)
        answer = self._guard.stdout.readline().strip()
        if not answer:
            raise self.failure("does not start")
        self.main = int(answer)

    def start_and_wait(self, ready: Callable[[], bool], *command: str | Path) -> None:
        """Starts a program in the folder; returns when it is ready."""
        self.start(*command)
        self.wait_until(lambda: ready() or not self.running, "start", START_SECONDS)
        if not self.running:
            raise self.failure("does not start")

    def states(self) -> dict[int, str]:
        """All processes of the engine, each with its state as in proc(5); none after `close`."""
        # The system may have given the id of a guard that has ended to a process of somebody else.
        return {} if self._guard.poll() is not None else guard.descendants(self._guard.pid)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the process that was started last, if it still runs."""
        guard.send(self.states().keys() & {self.main}, number)

    def pause(self) -> None:
        """Stops all processes by SIGSTOP; returns when none runs any more."""
        # First the one that starts the others.
        self.wait_until(lambda: self._stop([self.main]), "be paused")
        self.wait_until(lambda: self._stop(self.states()), "be paused")

    def _stop(self, processes: Iterable[int]) -> bool:
        """Sends SIGSTOP; returns True if it was not needed."""
        states = self.states()
        running = [process for process in processes if states.get(process, "T") != "T"]
        guard.send(running, signal.SIGSTOP)
        return not running

    def resume(self) -> None:
        """Lets all processes run after `pause`."""
        guard.send(self.states(), signal.SIGCONT)

    def kill(self) -> None:
        """Ends all processes at one moment by SIGKILL; returns when none is left."""
        self.pause()
        guard.send(self.states(), signal.SIGKILL)
        self.wait_until_ended()

    def wait_until_ended(self) -> None:
        """Returns when no process is left."""
        self.wait_until(lambda: not self.states(), "end")

    def wait_until(self, condition: Callable[[], object], what: str, seconds: float = STATE_SECONDS) -> None:
        """Returns when the condition is true; raises `EngineFailed` when it takes longer than this."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise self.failure(f"takes more than {seconds:g} s to {what}")
            time.sleep(LOOK_SECONDS)

    def log(self) -> str:
        """What all processes have written so far."""
        return self._log.read_text(errors="replace")

    def failure(self, what: str) -> EngineFailed:
        """An error that says so, with the end of the log."""
        return EngineFailed(f"{self.name} {what}\n{self.log()[-LOG_CHARACTERS:]}")

    def close(self) -> None:
        """Ends all processes and removes the folder, unless it is to stay."""
        self._guard.communicate(timeout=STATE_SECONDS)
