"""All that a file keeps, for somebody who takes it elsewhere."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.cannot_use import CannotUse
from infrastructure.sqlite.opening import DatabaseFile, looking_for

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class DurableData:
    """The rows of an open file. Each call reads from its begin, a few rows at a time."""

    _database: sqlite3.Connection

    def tweets(self) -> Rows:
        """Id, author and text, in the order of the ids."""
        return self._database.execute("SELECT id, author_id, text FROM tweets ORDER BY id")

    def pulled(self) -> Rows:
        """Id and author of each tweet that is never pushed."""
        return self._database.execute("SELECT id, author_id FROM tweets WHERE pulled ORDER BY id")

    def follows(self) -> Rows:
        """Follower, followee and follow id, in the order of the follow ids."""
        return self._database.execute("SELECT follower_id, followee_id, follow_id FROM follows ORDER BY follow_id")

    def idempotency_keys(self) -> Rows:
        """User, key, digest, tweet id, text and the end of its life, Unix time in milliseconds."""
        return self._database.execute(
            "SELECT user_id, key, digest, tweet_id, text, expires_at_ms FROM idempotency_keys ORDER BY user_id, key"
        )

    def tweets_count(self) -> int:
        return self._number("SELECT count(*) FROM tweets")

    def last_tweet_id(self) -> int:
        """The largest that was given out, also if its tweet was deleted; 0 if none was."""
        return self._number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'tweets'")

    def last_follow_id(self) -> int:
        """The largest that was given out, also if its follow has ended; 0 if none was."""
        return self._number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'follows'")

    def secret_key(self) -> str | None:
        """Returns what signs cursors; None if no service ever ran on the file."""
        row = self._database.execute("SELECT value FROM kept_values WHERE name = 'secret_key'").fetchone()
        return row and str(row[0])

    def _number(self, query: str) -> int:
        return int(self._database.execute(query).fetchone()[0])


@contextmanager
def opened(path: Path) -> Iterator[DurableData]:
    """Yields what the file keeps; no service can use the file meanwhile. Raises `CannotUse`, also while it is read."""
    with looking_for(path):
        is_there = path.exists()
    if not is_there:
        raise CannotUse(f"There is no database {path}.")
    file = DatabaseFile(path)
    try:
        yield DurableData(file.database)
    except sqlite3.Error as error:
        raise CannotUse(f"The database {file.path} cannot be read: {error}.") from None
    finally:
        file.close()
