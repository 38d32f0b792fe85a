"""The time from the start of the process until it is ready, against the start of Python with the same libraries."""

import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figure import Row, at_most, plain, ratio
from benchmarks.service import request, running_service

ROUNDS = 7
READY = request("GET", "/readyz", "reader")
IMPORT = [sys.executable, "-c", "import flask, waitress"]


def measure() -> Iterator[Row]:
    """Yields the time to start, measured in turns with the yardstick."""
    starts, imports = [], []
    for _ in range(ROUNDS):
        starts.append(_seconds_until_ready())
        started = time.perf_counter()
        subprocess.run(IMPORT, check=True)  # noqa: S603 - a fixed command
        imports.append(time.perf_counter() - started)
    name, yardstick = "from start to ready", "python -c 'import flask, waitress'"
    yield ratio(name, starts, yardstick, imports, "s")
    yield plain(name, starts, "s", at_most(1), yardstick)


def _seconds_until_ready() -> float:
    started = time.perf_counter()
    with running_service() as perch:
        while b" 200 OK" not in perch.ask(READY):
            time.sleep(0.001)
        return time.perf_counter() - started
