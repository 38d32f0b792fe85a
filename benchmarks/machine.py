"""What the figures were measured on, and with."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("perch", "flask", "werkzeug", "waitress", "granian", "orjson", "marshmallow", "prometheus-client")


def machine() -> dict[str, str]:
    """Names and values, as they are shown."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "CPU": _cpu_model(),
        "CPUs": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "commit": _commit(),
        "load average": f"{os.getloadavg()[0]:.1f} before the run",
        **{name: _version(name) for name in PACKAGES},
    }


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - nothing of others
    return found.stdout.strip() or "unknown"


def _cpu_model() -> str:
    return _line_of("/proc/cpuinfo", "model name") or platform.processor() or "unknown"


def _memory() -> str:
    kibibytes = _line_of("/proc/meminfo", "MemTotal").partition(" ")[0]
    return f"{int(kibibytes) / 1024**2:.0f} GiB" if kibibytes else "unknown"


def _line_of(file: str, name: str) -> str:
    """The value of the first line `name: value`, empty where there is none."""
    path = Path(file)
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
