"""Who has a prepared timeline, for timelines in PostgreSQL and beside it."""

from collections.abc import Sequence
from typing import LiteralString

from domain.timeline import Installed
from infrastructure.outside.whereabouts import Whereabouts
from infrastructure.postgres.database import Database

TOUCHES = 8
"""A reader's row is written again after this part of the idle time, so that most reads write nothing."""

IDLE_AT_ONCE = 1000

FIND: LiteralString = """
    SELECT generation, clock_ms() - read_at_ms, coalesce(epoch, 0), coalesce(identity, '')
    FROM (SELECT %s::text AS user_id) AS asked
    LEFT JOIN readers ON readers.user_id = asked.user_id
    LEFT JOIN epochs ON name = 'timelines'
"""

TOUCH: LiteralString = "UPDATE readers SET read_at_ms = clock_ms() WHERE user_id = %s::text AND generation = %s::bigint"

INSTALLED: LiteralString = "SELECT generation, mark, floor FROM readers WHERE user_id = %s::text"

# A random generation, because a sequence goes back when the database is emptied or restored from a backup, and engines
# beside the database would still have what was of the same generation before.
INSTALL: LiteralString = """
    INSERT INTO readers (user_id, generation, read_at_ms)
    VALUES (%s::text, 1 + floor(random() * 9007199254740992)::bigint, clock_ms())
    ON CONFLICT (user_id) DO UPDATE SET read_at_ms = excluded.read_at_ms RETURNING generation, mark, floor
"""

GENERATIONS: LiteralString = "SELECT user_id, generation FROM readers WHERE user_id = ANY (%s::text[])"

DISCARD: LiteralString = "DELETE FROM readers WHERE user_id = %s::text"

DISCARD_IDLE: LiteralString = """
    DELETE FROM readers WHERE user_id = ANY (ARRAY(
        SELECT user_id FROM readers WHERE read_at_ms < (SELECT clock_ms()) - %s::bigint
        ORDER BY read_at_ms LIMIT %s::bigint FOR UPDATE SKIP LOCKED
    ))
"""

HELD: LiteralString = """
    SELECT CASE WHEN reltuples < %s::bigint THEN (SELECT count(*) FROM readers) ELSE reltuples::bigint END
    FROM pg_class WHERE oid = 'readers'::regclass
"""

COUNTED_MAX = 10_000
"""A larger table is not counted: its number of rows is the one that the server estimates."""


class PostgresReaders:
    """The users who have a timeline, each with a generation that no other timeline ever had.

    All methods raise `Unavailable`.
    """

    def __init__(self, database: Database, *, idle_seconds: float) -> None:
        """A timeline that is not read for `idle_seconds`, or up to an eighth less, is discarded; 0 means never."""
        self._database = database
        self._idle_ms = round(idle_seconds * 1000)

    def find(self, user_id: str) -> Whereabouts:
        """Returns where the user's timeline is now."""
        return Whereabouts(*self._database.row(FIND, (user_id,)))

    def touch(self, user_id: str, generation: int, unread_ms: int) -> None:
        """Notes that the timeline was read, if that was not written down for a while."""
        if self._idle_ms and unread_ms > self._idle_ms // TOUCHES:
            self._database.count(TOUCH, (user_id, generation))

    def install(self, user_id: str) -> Installed:
        """Makes the user a reader if they are none; mark and floor are those of timelines in PostgreSQL."""
        for row in self._database.rows(INSTALLED, (user_id,)):
            return Installed(*row)
        return Installed(*self._database.row(INSTALL, (user_id,)))

    def generations(self, user_ids: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Returns those of the users who have a timeline, each with the generation."""
        return [(user, generation) for user, generation in self._database.rows(GENERATIONS, (list(user_ids),))]

    def discard(self, user_id: str) -> bool:
        """Ends the generation; returns False if the user has no timeline."""
        return self._database.count(DISCARD, (user_id,)) == 1

    def discard_idle(self) -> int:
        """Ends the generations that were not read during the idle time; returns their number."""
        discarded = 0
        while self._idle_ms:
            some = self._database.count(DISCARD_IDLE, (self._idle_ms, IDLE_AT_ONCE))
            discarded += some
            if some < IDLE_AT_ONCE:
                break
        return discarded

    def held(self) -> int:
        """Returns the number of timelines; where they are very many, about so many as the server estimates."""
        return int(self._database.value(HELD, (COUNTED_MAX,)))
