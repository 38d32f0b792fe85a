"""All stores in memory, with tweets and follows behind the journal."""

import secrets
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from infrastructure.cannot_use import CannotUse
from infrastructure.clock import Clock
from infrastructure.log import get_logger
from infrastructure.memory.stores import MemoryOptions, MemoryStores, open_memory
from infrastructure.sqlite.follow_graph import JournaledFollowGraph
from infrastructure.sqlite.journal import Journal, Steps
from infrastructure.sqlite.loading import load
from infrastructure.sqlite.opening import DatabaseFile
from infrastructure.sqlite.tweets import JournaledTweets

log = get_logger("perch.journal")

CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SqliteStores:
    """The stores; timelines, outbox, hints and announcements are in memory alone, because they can be made again."""

    tweets: JournaledTweets
    graph: JournaledFollowGraph
    memory: MemoryStores
    journal: Journal
    secret_key: str = field(repr=False)
    """Made once and kept in the file."""
    file: DatabaseFile

    def close(self) -> None:
        """Writes what waits, and closes the file; one that hangs is left to the end of the process."""
        if self.journal.close(CLOSE_SECONDS):
            self.file.close()


def open_sqlite(path: Path, options: MemoryOptions, clock: Clock, at: Steps = lambda step: None) -> SqliteStores:  # noqa: ARG005
    """Opens the file, loads it and starts the journal's thread; raises `CannotUse`.

    `at` is told of each step of a commit.
    """
    file = DatabaseFile(path)
    memory = open_memory(options, clock)
    try:
        load(file.database, memory.tweets, memory.graph, clock.now_ms(), _tell_progress)
        secret_key = _secret_key(file.database)
    except sqlite3.Error as error:
        file.close()
        raise CannotUse(f"The database {file.path} cannot be read: {error}.") from None
    journal = Journal(file.database, at)
    journal.thread.start()
    return SqliteStores(
        JournaledTweets(memory.tweets, journal, clock.now_ms),
        JournaledFollowGraph(memory.graph, journal),
        memory,
        journal,
        secret_key,
        file,
    )


def _secret_key(database: sqlite3.Connection) -> str:
    database.execute("INSERT OR IGNORE INTO kept_values VALUES ('secret_key', ?)", (secrets.token_hex(32),))
    key: str = database.execute("SELECT value FROM kept_values WHERE name = 'secret_key'").fetchone()[0]
    return key


def _tell_progress(loaded: int, total: int) -> None:
    log.info("loading", tweets=loaded, of=total)
