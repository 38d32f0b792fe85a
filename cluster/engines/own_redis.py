"""A Redis server of one's own, which can be stopped, killed, paused, restarted with old data and made a replica."""

import shutil
import socket
from contextlib import suppress
from functools import cache

from cluster.engines.own_engine import OwnEngine
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.processes import Processes
from cluster.engines.redis_server import RedisServer

MISSING = "Redis is not installed: it is Debian's package redis-server"
SNAPSHOT = "dump.rdb"
OPTIONS = (
    *("--bind", LOCALHOST, "--save", "", "--appendonly", "no"),
    # A replica is there at once.
    *("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0", "--repl-diskless-load", "on-empty-db"),
)
SECONDS = 20.0


@cache
def find_redis() -> str | None:
    return shutil.which("redis-server")


class OwnRedis(OwnEngine, RedisServer):
    """A server that never saves by itself."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._reserved = [ReservedPort()]
        super().__init__(f"redis://{LOCALHOST}:{self._reserved[0].number}/0")
        self._processes = Processes("redis")
        self._begin(self.start)

    def start(self) -> None:
        """Starts the server, with the data of the last snapshot if there is one."""
        self._processes.start_and_wait(self._answers, self._program, "--port", str(self.port), *OPTIONS)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((LOCALHOST, self.port), SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100).startswith(b"+PONG")
        return False

    def save(self) -> None:
        """Makes a snapshot, from which the next start begins."""
        self._processes.wait_until(lambda: b"rdb_bgsave_in_progress:0" in self._info(), "end another save")
        self.ask("SAVE")

    def forget_snapshot(self) -> None:
        """Makes the next start begin with no data."""
        (self._processes.folder / SNAPSHOT).unlink(missing_ok=True)

    def restart(self) -> None:
        """Kills the server, and starts it on the same port with the data of the last snapshot, if there is one."""
        self.kill()
        self.start()

    def follow(self, primary: RedisServer) -> None:
        """Makes the server a replica, which has the data of the primary."""
        self.ask("REPLICAOF", primary.host, primary.port)
        self._processes.wait_until(lambda: b"master_link_status:up" in self._info(), "become a replica")

    def lead(self) -> None:
        """Makes the server a primary with the data that it has."""
        self.ask("REPLICAOF", "NO", "ONE")

    def _info(self) -> bytes:
        # The client parses INFO.
        text: bytes = self.ask("EVAL", "return redis.call('INFO')", 0)
        return text

    def mend(self) -> None:
        """Brings the server back from everything above: it runs, as a primary, without data."""
        self.forget_snapshot()
        super().mend()
        self.lead()
        self.empty()
