"""The machine, system and packages that the figures were measured with."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.distribution import NAME

PACKAGES = (
    NAME,
    "flask",
    "werkzeug",
    "waitress",
    "granian",
    "orjson",
    "marshmallow",
    "prometheus-client",
    "psycopg",
    "psycopg-pool",
)


def machine() -> dict[str, str]:
    """Returns the names and values for the table."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "CPU": _cpu_model(),
        "CPUs": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "commit": commit(),
        "load average": f"{os.getloadavg()[0]:.1f} before the run",
        **{name: _version(name) for name in PACKAGES},
    }


def commit() -> str:
    """Returns the short name of the commit that is checked out, with `-dirty` behind it after changes but of docs."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    name = _answer(git, "rev-parse", "--short", "HEAD")
    changed = _answer(git, "status", "--porcelain", "--untracked-files=no", "--", ":/", ":!/docs")
    return f"{name or 'unknown'}{'-dirty' if changed else ''}"


def _answer(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - fixed ones


def _cpu_model() -> str:
    return _line_of("/proc/cpuinfo", "model name") or platform.processor() or "unknown"


def _memory() -> str:
    kibibytes = _line_of("/proc/meminfo", "MemTotal").partition(" ")[0]
    return f"{int(kibibytes) / 1024**2:.0f} GiB" if kibibytes else "unknown"


def _line_of(file: str, name: str) -> str:
    """Returns the value of the first line `name: value`; empty if there is none."""
    path = Path(file)
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
