"""The service as its users start it: a process that listens on a port."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.perch_process import PerchProcess


@contextmanager
def running_service(log: Path, **settings: str) -> Iterator[str]:
    """Gives the URL of a service with these settings; its log goes to this file, and must not hold a traceback."""
    with PerchProcess(log, **settings) as perch:
        yield perch.url
    assert "Traceback" not in log.read_text()
