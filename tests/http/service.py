"""The service as its users start it: a process that listens on a port."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[2]
GREETING = "Perch listens on "
STOP_SECONDS = 20.0


@contextmanager
def running_service(log: Path, **settings: str) -> Iterator[str]:
    """Gives the URL of a service with these settings; its log goes to this file, and must not hold a traceback."""
    environment = {"PORT": "0", **settings}
    command = [sys.executable, "-m", "app", "serve"]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            greeting = process.stdout.readline()
            assert greeting.startswith(GREETING), log.read_text()
            yield greeting.removeprefix(GREETING).strip()
        finally:
            process.terminate()
            try:
                status = process.wait(STOP_SECONDS)
            finally:
                process.kill()
    assert status == 0
    assert "Traceback" not in log.read_text()
