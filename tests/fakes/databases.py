"""SQLite files for tests."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from domain.delivery import RetryPolicy
from infrastructure.memory.stores import MemoryOptions
from infrastructure.sqlite.journal import Steps
from infrastructure.sqlite.stores import SqliteStores, open_sqlite
from tests.fakes.clock import ManualClock

OPTIONS = MemoryOptions(RetryPolicy(2, jitter=lambda: 1.0))

BUSY_SECONDS = 20.0


def no_step(_: str) -> None:
    pass


@contextmanager
def opened(
    path: Path, clock: ManualClock | None = None, options: MemoryOptions = OPTIONS, at: Steps = no_step
) -> Iterator[SqliteStores]:
    """The stores on this file, closed afterwards."""
    with closing(open_sqlite(path, options, clock or ManualClock(), at)) as stores:
        yield stores


def copied(path: Path, target: Path) -> Path:
    """A copy of a file that may be in use, with its WAL: what `kill -9` would leave now."""
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, target.with_name(target.name + suffix))
    return target


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What another program reads in the file, also while it is in use."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as database:
        return database.execute(query).fetchall()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the file's write lock meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            database.execute("ROLLBACK")
