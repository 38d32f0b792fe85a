"""The parent of an engine's processes: it ends them and removes their folder when the process that started it is gone.

It runs as a script, by `processes.py`. Each line on standard input is a command to start, in JSON. The answer is the
process id, or an empty line if the command cannot be started.
At the end of standard input, which comes even when the test process is killed, all is ended and removed.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

END_SECONDS = 5.0
"""For what was started; then all that is left is killed."""

PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.01

ENDED = "ZX"
"""States of processes that have ended, and have not been waited for."""


def descendants(ancestor: int) -> dict[int, str]:
    """The processes below this one, each with its state as in proc(5); those which have ended are left out."""
    parents, states = {}, {}
    # `glob` asks for each file whether it exists, and raises when the process has just ended.
    for process in [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]:
        with suppress(OSError):
            states[process], parents[process] = state_and_parent(process)
    found = {ancestor}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return {process: states[process] for process in found - {ancestor} if states[process] not in ENDED}


def state_and_parent(process: int) -> tuple[str, int]:
    """As in proc(5); raises `OSError` if the process is not there."""
    # The name stands in parentheses, and can contain some.
    state, parent = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
    return state, int(parent)


def send(processes: Iterable[int], number: signal.Signals) -> None:
    """Sends a signal to each process which is still there."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _end_all(children: set[int], number: signal.Signals) -> None:
    send(children & descendants(os.getpid()).keys(), number)
    send(descendants(os.getpid()), signal.SIGCONT)
    deadline = time.monotonic() + END_SECONDS
    while children & descendants(os.getpid()).keys() and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    while left := descendants(os.getpid()):
        send(left, signal.SIGKILL)
        time.sleep(LOOK_SECONDS)


def _start(command: list[str], folder: str, user: str) -> int | None:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,
            user=user or None,
            group=user or None,
            extra_groups=[] if user else None,
        ).pid
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        return None


def _unmount(folder: str) -> None:
    """Unmounts the file systems in the folder, which was mounted there."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        if (point := line.split()[1]).startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", point], check=False)  # noqa: S607 - of any system


def main(folder: str, user: str, end_signal: str, keep: str) -> None:
    """Starts what it is told, as this user unless it is "", until the end of standard input.

    With `keep` = "1" the folder stays.
    """
    # Processes whose parent is killed stay descendants of this one.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, _reap)
    started = set()
    for line in sys.stdin:
        process = _start(json.loads(line), folder, user)
        started.add(process)
        print(process or "", flush=True)
    _end_all({process for process in started if process}, signal.Signals[end_signal])
    if keep != "1":
        _unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
