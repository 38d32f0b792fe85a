"""Opens the file, for this process alone."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from infrastructure.cannot_use import CannotUse, in_one_line
from infrastructure.sqlite.schema import UnknownVersion, check_identity, migrate

BUSY_SECONDS = 1.0
"""The longest time that a statement waits for another program's lock."""

LOCK_SUFFIX = ".lock"


class DatabaseFile:
    """The open file and the lock that keeps other processes of Perch from it.

    The lock is a file of its own, because closing any descriptor of a database file drops SQLite's own locks
    (https://sqlite.org/howtocorrupt.html, section 2.2). It ends with the process.
    """

    def __init__(self, path: Path) -> None:
        """Makes the file if there is none; raises `CannotUse`, and leaves a file that cannot be used as it is."""
        # Through symbolic links, as SQLite does: all names of the file have one lock.
        with looking_for(path):
            self.path = path.resolve()
            self._lock = _take_lock(self.path)
        try:
            self.database = _connect(self.path)
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        self.database.close()
        self._lock.close()


@contextmanager
def looking_for(path: Path) -> Iterator[None]:
    """Raises `CannotUse` for a folder that may not be entered, a name that is too long, and links in a circle."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise CannotUse(f"The database {path} cannot be found: {in_one_line(error)}.") from None


def _take_lock(path: Path) -> IO[str]:
    if not path.parent.is_dir():
        raise CannotUse(f"There is no folder {path.parent} for the database {path.name}.")
    if path.is_dir():
        raise CannotUse(f"The database {path} is a folder.")
    try:
        lock = os.fdopen(os.open(path.with_name(path.name + LOCK_SUFFIX), os.O_RDWR | os.O_CREAT, 0o600), "a")
    except OSError as error:
        raise CannotUse(f"The database {path} cannot be written to: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        if isinstance(error, BlockingIOError):
            raise CannotUse(f"Another process of Perch uses the database {path}.") from None
        raise CannotUse(f"The database {path} cannot be locked: {error.strerror}.") from None
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    try:
        if not path.exists():
            # SQLite gives its other files the mode of this one.
            path.touch(0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    except (OSError, sqlite3.Error) as error:
        raise CannotUse(f"The database {path} cannot be opened: {error}.") from None
    try:
        _prepare(database)
    except (sqlite3.Error, UnknownVersion) as error:
        with suppress(sqlite3.Error):
            database.close()
        raise CannotUse(f"The database {path} cannot be used: {error}.") from None
    return database


def _prepare(database: sqlite3.Connection) -> None:
    # First, because the journal mode is written into the file.
    check_identity(database)
    # WAL with FULL survives power loss, not only the end of the process (https://sqlite.org/pragma.html#pragma_synchronous).
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    found: str = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({' '.join(found.split())})")
    migrate(database)
    # A file that can be read but not written to is told now, and not at the first write.
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT OR REPLACE INTO kept_values VALUES ('opened', datetime('now'))")
    database.execute("COMMIT")
