"""The programs of Prometheus."""

import shutil
import subprocess
from pathlib import Path

from tests.engines.missing import go_without

PROGRAM_SECONDS = 60.0


def find_program(name: str) -> str:
    """The path of `prometheus` or `promtool`. Without it the test is skipped, or fails where all tests must run."""
    found = shutil.which(name)
    if found is None:
        go_without(f"{name} is not installed: it is of Debian's package prometheus")
    return found


def promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Runs `promtool` to its end."""
    command: list[str | Path] = [find_program("promtool"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False)
