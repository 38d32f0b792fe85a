"""The tables of the file, and the steps from each version of them to the next."""

import sqlite3
from collections.abc import Sequence

APPLICATION_ID = 0x50657263
"""`Perc` in ASCII; says that a file is Perch's (https://sqlite.org/pragma.html#pragma_application_id)."""

STEPS = [
    """
    -- AUTOINCREMENT remembers the newest id even after its row was deleted, so that no id is given out twice.
    CREATE TABLE tweets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        author_id TEXT NOT NULL,
        text TEXT NOT NULL,
        pulled INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE follows (
        follow_id INTEGER PRIMARY KEY AUTOINCREMENT,
        follower_id TEXT NOT NULL,
        followee_id TEXT NOT NULL,
        UNIQUE (follower_id, followee_id)
    ) STRICT;
    -- The text stands here again, because the answer to a repeat is the same after the tweet was deleted.
    CREATE TABLE idempotency_keys (
        user_id TEXT NOT NULL,
        key TEXT NOT NULL,
        digest TEXT NOT NULL,
        tweet_id INTEGER NOT NULL,
        text TEXT NOT NULL,
        expires_at_ms INTEGER NOT NULL,
        PRIMARY KEY (user_id, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at_ms);
    CREATE TABLE kept_values (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
]
"""Step n leads from version n to n + 1; a new file is version 0. A step that was released never changes."""


class UnknownVersion(Exception):
    """The file was written by a newer Perch, or by another program; the text is the end of a sentence about it."""


def check_identity(database: sqlite3.Connection, newest: int = len(STEPS)) -> int:
    """The version of the file, 0 for a new one; raises `UnknownVersion`, and changes nothing."""
    [version] = database.execute("PRAGMA user_version").fetchone()
    [application_id] = database.execute("PRAGMA application_id").fetchone()
    [entries] = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = not (version or application_id or entries)
    if not is_new and application_id != APPLICATION_ID:
        raise UnknownVersion("it is the database of another program")
    if version > newest:
        raise UnknownVersion(f"a newer Perch wrote it (version {version}; this Perch knows {newest})")
    return int(version)


def migrate(database: sqlite3.Connection, steps: Sequence[str] = STEPS) -> None:
    """Brings the file to the newest version, one transaction a step; raises `UnknownVersion`."""
    version = check_identity(database, len(steps))
    for at, step in enumerate(steps[version:], version + 1):
        stamps = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {at};"
        database.executescript(f"BEGIN IMMEDIATE; {step} {stamps} COMMIT;")
