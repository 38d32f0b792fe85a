"""An emulator of DynamoDB of one's own, dynalite, which can be killed, paused and restarted. It keeps its data.

It is not like the real one in this: it never throttles and takes every batch whole (`tests.dynamodb.faulty` does that),
an item never expires by itself, reads are always consistent, any credentials are good, and it answers one at a time.
"""

import shutil
from functools import cache
from pathlib import Path

from cluster.engines.dynamodb_server import DynamoServer
from cluster.engines.own_engine import OwnEngine, status_at
from cluster.engines.ports import ReservedPort
from cluster.engines.processes import Processes

NODE = Path(__file__).with_name("node")
MISSING = "dynalite is not installed: `make engines` installs it, with Node.js 20 or newer"
HEALTHY = 200


@cache
def find_dynalite() -> str | None:
    """Node.js, if dynalite is installed, too."""
    return shutil.which("node") if (NODE / "node_modules" / "dynalite").is_dir() else None


class OwnDynalite(OwnEngine, DynamoServer):
    """The emulator, whose data are on disk."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._reserved = [ReservedPort()]
        super().__init__(self._reserved[0].number)
        self._processes = Processes("dynalite")
        self._begin(self.start)

    def start(self) -> None:
        data = self._processes.folder / "data"
        self._processes.start_and_wait(self._answers, self._program, NODE / "dynamodb.js", str(self.port), data)

    def _answers(self) -> bool:
        return status_at(self.port, "/") == HEALTHY
