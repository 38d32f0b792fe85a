"""Nodes of Cassandra of one's own, from its jars, which can be stopped, killed and paused."""

import os
import shutil
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from cluster.engines.jars import CASSANDRA
from cluster.engines.own_engine import OwnEngine
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.processes import Processes

SETTINGS = Path(__file__).with_name("cassandra")
START_SECONDS = 400.0
"""Three nodes on a busy machine."""

CONNECT_SECONDS = 1.0
HEAP = "512m"
MAIN = "org.apache.cassandra.service.CassandraDaemon"
ARCHIVE = CASSANDRA.folder.with_name(f"{CASSANDRA.folder.name}.jsa")
"""Classes as they are in memory, which halves the time of a start. It is made once for these jars and this Java."""

# As root, Cassandra would lock its whole heap into memory.
NO_LOCKED_MEMORY = ("prlimit", "--memlock=65536:65536")
AS_ROOT = ("setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock")


SAFE = "batch"
"""Data are on disk before a write is answered, so that `kill` loses nothing that was answered."""

DEFAULT = "periodic\ncommitlog_sync_period: 10s"
"""Cassandra's default: with three copies of everything the other nodes have what one loses."""


class OwnCassandra(OwnEngine):
    """A node."""

    def __init__(
        self,
        *,
        address: str = LOCALHOST,
        told_address: str = "",
        ports: tuple[int, int] | None = None,
        seeds: Sequence[str] = (LOCALHOST,),
        token: int = 0,
        jvm: Sequence[str] = (),
        commitlog_sync: str = SAFE,
        more_settings: str = "",
    ) -> None:
        """Starts nothing yet. `ports` are for clients and for other nodes; `jvm` are options of Java.

        `told_address` is where clients are told to connect, on the same port, if that is not the node itself.
        """
        self._reserved = () if ports else (ReservedPort(), ReservedPort())
        self.address = address
        self.told_address = told_address or address
        self.port, storage_port = ports or tuple(reserved.number for reserved in self._reserved)
        self._jvm = jvm
        self._processes = Processes("cassandra")
        folder = self._processes.folder
        settings = (SETTINGS / "cassandra.yaml").read_text()
        values = {
            "token": token,
            "address": address,
            "told_address": self.told_address,
            "port": self.port,
            "storage_port": storage_port,
            "seeds": ",".join(seeds),
            "folder": folder,
            "commitlog_sync": commitlog_sync,
        }
        for name, value in values.items():
            settings = settings.replace(f"{{{name}}}", str(value))
        (folder / "cassandra.yaml").write_text(settings + more_settings)

    def __enter__(self) -> Self:
        self._begin(self.start)
        return self

    def url(self, keyspace: str, port: int | None = None) -> str:
        """The address for `TIMELINES_URL`; `port` is that of a proxy."""
        return f"cassandra://{self.address}:{port or self.port}/{keyspace}"

    def start(self) -> None:
        self.begin_to_start()
        self.wait_until_started()

    def begin_to_start(self) -> None:
        """Starts the node, and does not wait."""
        folder = self._processes.folder
        command = [
            *NO_LOCKED_MEMORY,
            *(AS_ROOT if os.geteuid() == 0 else ()),
            *("java", f"@{SETTINGS / 'jvm.options'}", f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:MaxDirectMemorySize=128m"),
            *([f"-XX:SharedArchiveFile={ARCHIVE}"] if ARCHIVE.is_file() else []),
            *self._jvm,
            *("-cp", f"{CASSANDRA.folder}/*"),
            f"-Dcassandra.config=file://{folder}/cassandra.yaml",
            f"-Dlogback.configurationFile={SETTINGS / 'logback.xml'}",
            *(f"-Dcassandra.storagedir={folder}", f"-Dcassandra.logdir={folder}"),
            MAIN,
        ]
        self._processes.start(*command)

    def wait_until_started(self) -> None:
        """Returns when the node accepts clients."""
        self._processes.wait_until(lambda: self._listens() or not self.running, "start", START_SECONDS)
        if not self.running:
            raise self._processes.failure("does not start")

    def answers(self) -> bool:
        """Whether it accepts clients now."""
        return self.running and self._listens()

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection((self.address, self.port), CONNECT_SECONDS).close()
            return True
        return False

    def stop(self) -> None:
        """Ends the node in order."""
        self._processes.signal(signal.SIGTERM)
        self._processes.wait_until(lambda: not self.running, "stop", START_SECONDS)

    def lose_data(self) -> None:
        """Kills the node, and starts it without data: keyspaces, tables and all are gone."""
        self.forget()
        self.start()

    def forget(self) -> None:
        """Kills the node, and removes its data."""
        self.kill()
        for folder in self._processes.folder.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)

    def size_of(self, keyspace: str) -> int:
        """The bytes of the keyspace's files on disk."""
        files = (self._processes.folder / "data" / keyspace).rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file())


def make_archive() -> None:
    """Makes the archive of classes, unless it is there: a node writes it when it stops."""
    if ARCHIVE.is_file() or shutil.which("java") is None:
        return
    made = ARCHIVE.with_suffix(f".{os.getpid()}")
    with OwnCassandra(jvm=[f"-XX:ArchiveClassesAtExit={made}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]) as node:
        node.stop()
    made.rename(ARCHIVE)
