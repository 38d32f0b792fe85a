"""An emulator of DynamoDB of the tests' own, dynalite, which they can kill, pause and restart. It keeps its data.

It is not like the real one in this: it never throttles and takes every batch whole (`tests.dynamodb.faulty` does that),
an item never expires by itself, reads are always consistent, any credentials are good, and it answers one at a time.
"""

import shutil
import signal
import socket
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

from tests.engines.dynamodb_server import DynamoServer
from tests.engines.ports import LOCALHOST, ReservedPort
from tests.engines.processes import Processes

NODE = Path(__file__).with_name("node")
MISSING = "dynalite is not installed: `make engines` installs it, with Node.js 20 or newer"
SECONDS = 20.0
HEALTHY = 200


@cache
def find_dynalite() -> str | None:
    """Node.js, if dynalite is installed, too."""
    return shutil.which("node") if (NODE / "node_modules" / "dynalite").is_dir() else None


class OwnDynalite(DynamoServer):
    """An emulator on a free port and in a folder of its own, which `close` ends and removes.

    Methods return when it is done, and raise `EngineFailed` when it takes too long.
    """

    def __init__(self, program: str) -> None:
        self._program = program
        self._reserved = ReservedPort()
        super().__init__(self._reserved.number)
        self._processes = Processes("dynalite")
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def running(self) -> bool:
        return self._processes.running

    def start(self) -> None:
        """Starts it with the data that it has."""
        data = self._processes.folder / "data"
        self._processes.start_and_wait(self._answers, self._program, NODE / "dynamodb.js", str(self.port), data)

    def _answers(self) -> bool:
        with suppress(OSError):
            connection = HTTPConnection(LOCALHOST, self.port, timeout=SECONDS)
            connection.request("GET", "/")
            answered = connection.getresponse().status == HEALTHY
            connection.close()
            return answered
        return False

    def kill(self) -> None:
        """Ends it by SIGKILL."""
        self._processes.signal(signal.SIGKILL)
        self._processes.wait_until_ended()
        self._processes.wait_until(lambda: not self._listens(), "leave its port")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOCALHOST, self.port)) == 0

    def pause(self) -> None:
        """Stops it by SIGSTOP: connections stay open, new ones are not refused, and nothing is answered."""
        self._processes.pause()

    def resume(self) -> None:
        """Lets it run after `pause`."""
        self._processes.resume()

    def mend(self) -> None:
        """Brings it back from everything above: it runs."""
        self._processes.resume()
        if not self.running:
            self.start()

    def close(self) -> None:
        """Ends it and removes its folder."""
        self._processes.close()
        self._reserved.release()
