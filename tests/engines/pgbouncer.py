"""PgBouncer in front of a PostgreSQL server, in transaction mode."""

import shutil
import socket

from cluster.engines.closed import Closed
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.postgres import PostgresServer
from cluster.engines.processes import Processes

MISSING = "PgBouncer is not installed: it is Debian's package pgbouncer"

CONFIGURATION = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = users.txt
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 1000
# Not 15 s, when PostgreSQL is there again.
server_login_retry = 1
"""


def find_pgbouncer() -> str | None:
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


class PgBouncer(Closed):
    """PgBouncer on a free port; the server must trust everybody. As a context manager it runs until the block ends."""

    def __init__(self, program: str, server: PostgresServer, *, connections: int = 20) -> None:
        """It opens at most this many connections to each database."""
        self._server = server
        self._reserved = ReservedPort()
        self._processes = Processes("pgbouncer", user="postgres")
        text = CONFIGURATION.format(
            host=server.host, port=server.port, listen=self._reserved.number, connections=connections
        )
        (self._processes.folder / "pgbouncer.ini").write_text(text)
        (self._processes.folder / "users.txt").write_text('"postgres" ""\n')
        try:
            self._processes.start_and_wait(self._listens, program, "pgbouncer.ini")
        except BaseException:
            self.close()
            raise

    def url(self, database: str) -> str:
        """The URL of a database of the server, through PgBouncer."""
        return self._server.url(database, port=self._reserved.number)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOCALHOST, self._reserved.number)) == 0

    def close(self) -> None:
        """Ends PgBouncer and removes its folder."""
        self._processes.close()
        self._reserved.release()
