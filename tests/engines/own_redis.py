"""A Redis server of the tests' own, which they can stop, kill, pause, restart with old data and make a replica."""

import shutil
import signal
import socket
from contextlib import suppress
from functools import cache

from tests.engines.ports import LOCALHOST, ReservedPort
from tests.engines.processes import Processes
from tests.engines.redis_server import RedisServer

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


class OwnRedis(RedisServer):
    """A server on a free port and in a folder of its own, which `close` ends and removes.

    Methods return when it is done, and raise `EngineFailed` when it takes too long. It never saves by itself.
    """

    def __init__(self, program: str) -> None:
        self._program = program
        self._reserved = ReservedPort()
        super().__init__(f"redis://{LOCALHOST}:{self._reserved.number}/0")
        self._processes = Processes("redis")
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def running(self) -> bool:
        return self._processes.running

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

    def kill(self) -> None:
        """Ends the server by SIGKILL: what it has not saved is lost."""
        self._processes.signal(signal.SIGKILL)
        self._processes.wait_until_ended()
        # The last of its threads may still end when the process is gone.
        self._processes.wait_until(lambda: not self._listens(), "leave its port")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOCALHOST, self.port)) == 0

    def restart(self) -> None:
        """Kills the server, and starts it on the same port with the data of the last snapshot, if there is one."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """Stops the server by SIGSTOP: connections stay open, new ones are not refused, and nothing is answered."""
        self._processes.pause()

    def resume(self) -> None:
        """Lets the server run after `pause`."""
        self._processes.resume()

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
        self._processes.resume()
        self.forget_snapshot()
        if not self.running:
            self.start()
        self.lead()
        self.empty()

    def close(self) -> None:
        """Ends the server and removes its folder."""
        self._processes.close()
        self._reserved.release()
