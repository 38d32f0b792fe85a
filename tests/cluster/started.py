"""Clusters as a user starts them: `python -m cluster` in a process, with a temporary folder that tests look into."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cluster.engines import guard
from cluster.perch_process import REPOSITORY, environment
from tests.engines.until import until

START_SECONDS = 120.0
END_SECONDS = 60.0
READY = re.compile(r"The cluster \((\w+)\) is ready: http://127\.0\.0\.1:(\d+) \(Ctrl-C ends it\)\n")


class StartedCluster:
    """A cluster, its output, and what it has left behind."""

    def __init__(self, folder: Path, **variables: str) -> None:
        """Its temporary files go into the folder."""
        self.folder = folder
        with (folder.parent / f"{folder.name}.err").open("w+") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cluster"],
                cwd=REPOSITORY,
                env=environment({"TMPDIR": str(folder), **variables}),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._errors = folder.parent / f"{folder.name}.err"

    def wait_until_ready(self) -> tuple[str, int]:
        """Returns profile and port, as the second line says them."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("Starting PostgreSQL")
        ready = READY.fullmatch(self._process.stdout.readline())
        assert ready, self.errors()
        return ready[1], int(ready[2])

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        """Returns the exit status."""
        return self._process.wait(END_SECONDS)

    def errors(self) -> str:
        """What it wrote to standard error."""
        return self._errors.read_text()

    def main_of(self, name: str) -> int:
        """The process id of an engine's or a member's first process."""
        return min(process for process in processes_in(self.folder) if f"/perch-{name}-" in cwd(process))

    def port_of(self, name: str) -> int:
        """The port of a process of Perch."""
        variables = Path(f"/proc/{self.main_of(name)}/environ").read_bytes().split(b"\0")
        return next(int(each.removeprefix(b"PORT=")) for each in variables if each.startswith(b"PORT="))

    def close(self) -> None:
        """Kills it, if it still runs."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def cwd(process: int) -> str:
    """The folder in which a process runs; empty if the process has ended."""
    with suppress(OSError):
        return str(Path(f"/proc/{process}/cwd").readlink())
    return ""


def processes_in(folder: Path) -> list[int]:
    """The processes that run in a folder or below it, whoever started them."""
    return [process for process in guard.descendants(1) if cwd(process).startswith(str(folder))]


def nothing_is_left(folder: Path) -> bool:
    return not processes_in(folder) and not list(folder.iterdir())


@contextmanager
def started_cluster(**variables: str) -> Iterator[StartedCluster]:
    """Starts a cluster; at the end nothing of it is left, however it ended."""
    # PostgreSQL's user must reach it, so it is not among pytest's folders.
    parent = Path(tempfile.mkdtemp(prefix="perch-test-"))
    parent.chmod(0o711)
    folder = parent / "tmp"
    folder.mkdir(mode=0o711)
    try:
        cluster = StartedCluster(folder, **variables)
        try:
            yield cluster
        finally:
            cluster.close()
        until(lambda: nothing_is_left(folder))
    finally:
        shutil.rmtree(parent)
