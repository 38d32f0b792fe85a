"""`app.wsgi:application` on other WSGI servers, by their documented command lines."""

import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from cluster.exchange import exchange
from cluster.perch_process import START_SECONDS, ServerProcess
from tests.e2e.gateway import free_port

APPLICATION = "app.wsgi:application"
GRANIAN_KILL_SECONDS = "10"
"""On a busy machine a worker of granian sometimes misses the signal to stop."""


def command_line(server: str, port: int, threads: int, workers: int = 1) -> list[str]:
    """The documented command line with this port and these threads. `server` may have more options."""
    module = [sys.executable, "-m", *server.split(), "--workers", str(workers)]
    if server.startswith("gunicorn"):
        return [*module, "--threads", str(threads), "--bind", f"127.0.0.1:{port}", "--no-control-socket", APPLICATION]
    options = [
        "--interface",
        "wsgi",
        "--blocking-threads",
        str(threads),
        "--workers-kill-timeout",
        GRANIAN_KILL_SECONDS,
    ]
    return [*module, *options, "--port", str(port), APPLICATION]


class WsgiServer(ServerProcess):
    """gunicorn or granian, from the moment it answers until it has stopped."""

    def __init__(self, log: Path, server: str, threads: int, workers: int = 1, **settings: str) -> None:
        """Raises `AssertionError` when it does not answer within `START_SECONDS`."""
        self.port = free_port()
        super().__init__(log, command_line(server, self.port, threads, workers), settings)
        deadline = self.started_at + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self._close()
                raise AssertionError(f"{server} does not answer.\n{self.log()}")
            time.sleep(0.02)  # no event tells that the server listens

    def _answers(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)) as connection:
            try:
                exchange(connection, "GET", "/livez")
            except OSError:
                return False
            return True
