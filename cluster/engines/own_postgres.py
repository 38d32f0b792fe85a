"""A PostgreSQL server of one's own, from Debian's packages, which can be stopped, killed and paused."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from cluster.engines import small_disk
from cluster.engines.own_engine import OwnEngine
from cluster.engines.ports import ReservedPort
from cluster.engines.postgres import PostgresServer
from cluster.engines.processes import Processes

MISSING = "PostgreSQL 15 or newer is not installed: it is Debian's package postgresql"
OLDEST = 15
USER = "postgres"
VERSION_SECONDS = 30.0

DISK_MIB = 192
"""A small disk; a new server takes 40 MB of it."""

RECOVERED_SECONDS = 60.0

READY_LINE = 7
"""This line of postmaster.pid says when the server accepts connections."""

READY = (["ready"], ["standby"])

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
# Files in the server's folder, which are removed with it after a crash.
dynamic_shared_memory_type = mmap
"""

StopMode = Literal["fast", "immediate"]
_STOP_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@cache
def find_programs() -> Path | None:
    """The folder with the newest `postgres` and its `initdb`; None where there is none of version 15 or newer."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *_folders_by_path()]
    versions = {folder: _version(folder) for folder in folders}
    newest = max(versions, key=versions.__getitem__, default=None)
    return newest if newest and versions[newest] >= OLDEST else None


def _folders_by_path() -> list[Path]:
    found = [Path(program).resolve().parent for program in [shutil.which("postgres")] if program]
    if config := shutil.which("pg_config"):
        run = subprocess.run([config, "--bindir"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False)
        found.append(Path(run.stdout.strip()))
    return found


def _version(folder: Path) -> int:
    """The major version of the server in the folder; 0 if there is none."""
    if not (folder / "initdb").is_file() or not (folder / "postgres").is_file():
        return 0
    run = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
    )
    found = re.search(r"\(PostgreSQL\) (\d+)", run.stdout)
    return int(found[1]) if found else 0


class OwnPostgres(OwnEngine, PostgresServer):
    """A server whose data are on disk as in production (`fsync`). Anybody on this machine can connect."""

    def __init__(self, programs: Path, *, has_small_disk: bool = False) -> None:
        """`programs` is the folder with `postgres` and `initdb`."""
        self._programs = programs
        self._has_small_disk = has_small_disk
        self._reserved = [ReservedPort()]
        super().__init__(f"postgresql://{USER}@127.0.0.1:{self._reserved[0].number}/postgres")
        self._processes = Processes("postgres", user=USER, end_signal=signal.SIGQUIT)
        self._disk = self._processes.folder / "disk"
        self._data = self._disk / "data"
        self._begin(self._make_disk, self._initialise, self.start)

    def _make_disk(self) -> None:
        if self._has_small_disk:
            small_disk.mount(self._disk, DISK_MIB)
        else:
            self._disk.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._disk, USER)

    def _initialise(self) -> None:
        # Text in the order of a language, as on most servers, so that no query depends on the order of bytes.
        locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "--encoding=UTF8"]
        options = ["--auth=trust", f"--username={USER}", "--no-sync", "--no-instructions"]
        if self._has_small_disk:
            # So that it needs room for its log often.
            options += ["--wal-segsize=1"]
        self._processes.start(self._programs / "initdb", "--pgdata", self._data, *options, *locale)
        self._processes.wait_until_ended()
        if not (self._data / "PG_VERSION").exists():
            raise self._processes.failure("cannot make a data folder")
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"{SETTINGS}port = {self.port}\n")

    def start(self) -> None:
        """Starts the server, which may have to recover first; it accepts connections then."""
        self._processes.start_and_wait(self._is_ready, self._programs / "postgres", "-D", self._data)

    def _is_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # The file of a server that was killed is still there.
        return lines[:1] == [str(self._processes.main)] and [line.strip() for line in lines[READY_LINE:]] in READY

    def stop(self, mode: StopMode = "fast") -> None:
        """Stops the server: "fast" ends transactions and sessions, "immediate" is a crash with a message to clients."""
        self._processes.signal(_STOP_SIGNALS[mode])
        self._processes.wait_until_ended()

    def restart(self, mode: StopMode = "fast") -> None:
        """Stops the server and starts it on the same port."""
        self.stop(mode)
        self.start()

    def restart_as_standby(self) -> None:
        """Restarts the server in recovery, as a replica whose primary is gone: it can be read until `promote`."""
        self.stop()
        (self._data / "standby.signal").touch()
        self.start()

    def promote(self) -> None:
        """Ends the recovery; the server accepts writes then."""
        self.execute("SELECT pg_promote()")

    def set(self, name: str, value: str) -> None:
        """Changes a setting for all sessions, if it can be changed without a restart."""
        self.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        self.reload()

    def reload(self) -> None:
        """Makes the server read its settings; returns when new sessions have them."""
        [(before,)] = self.execute("SELECT pg_conf_load_time()")
        self._processes.signal(signal.SIGHUP)
        self._processes.wait_until(
            lambda: self.execute("SELECT pg_conf_load_time()") != [(before,)], "read its settings"
        )

    @contextmanager
    def full_disk(self, *, for_its_log: bool = False) -> Iterator[None]:
        """Leaves no room on its small disk, and none in what it has kept for its log, if that is to be full as well.

        The server ends itself if it cannot write its log; it is started again when there is room.
        """
        with small_disk.filled(self._disk):
            if for_its_log:
                self._fill_log()
            yield
        self._processes.wait_until(self._answers, "answer again", RECOVERED_SECONDS)

    def _fill_log(self) -> None:
        # Each switch takes a new file.
        with suppress(psycopg.OperationalError):
            while self.execute("SELECT pg_switch_wal() FROM pg_logical_emit_message(true, '', 'a full disk')"):
                pass

    def _answers(self) -> bool:
        if not self.running:
            self.start()
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def mend(self) -> None:
        """Brings the server back from everything above: it runs, with its first settings."""
        super().mend()
        if self.execute("SELECT pg_is_in_recovery()") == [(True,)]:
            self.promote()
        self.execute("ALTER SYSTEM RESET ALL")
        self.reload()
