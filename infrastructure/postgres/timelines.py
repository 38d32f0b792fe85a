"""Prepared timelines in PostgreSQL: entries by user and generation, and the head beside the reader's row."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from domain.timeline import EMPTY_VIEW, TimelineView
from infrastructure.postgres.database import Database
from infrastructure.postgres.readers import PostgresReaders

VIEW: LiteralString = """
    SELECT generation, is_merged, floor, mark, clock_ms() - read_at_ms, ARRAY(
        SELECT tweet_id FROM timeline_entries
        WHERE user_id = readers.user_id AND generation = readers.generation
            AND tweet_id > greatest(%s::bigint, floor - 1) AND tweet_id < %s::bigint
        ORDER BY tweet_id DESC LIMIT %s::bigint
    )
    FROM readers WHERE user_id = %s::text
"""

MERGE: LiteralString = """
    WITH head AS (
        UPDATE readers SET is_merged = true, floor = greatest(floor, %s::bigint), mark = greatest(mark, %s::bigint)
        WHERE user_id = %s::text AND generation = %s::bigint RETURNING user_id, generation
    )
    INSERT INTO timeline_entries SELECT user_id, generation, unnest(%s::bigint[]) FROM head ON CONFLICT DO NOTHING
"""

PUSH: LiteralString = """
    INSERT INTO timeline_entries
    SELECT user_id, generation, %s::bigint FROM readers
    WHERE user_id = ANY (%s::text[]) AND floor <= %s::bigint ORDER BY user_id
    ON CONFLICT DO NOTHING
"""


class PostgresTimelines:
    """The timelines of the users who read, in the protocol of `readers` and generations.

    A push writes to the generations that its own statement sees, and after the commit of its tweet. A user without a
    row installs later, and so reads the logs later, which have the tweet. What is written to an old generation is read
    by nobody. Entries are only added; `trim` in `timeline_trim.py` raises the floor before it deletes what is below.
    A push writes in the order of the users, and a merge writes for one user, so they never wait in a circle.
    All methods raise `Unavailable`.
    """

    def __init__(self, database: Database, readers: PostgresReaders) -> None:
        self._database = database
        self._readers = readers
        self.install = readers.install
        self.discard = readers.discard
        self.discard_idle = readers.discard_idle
        self.held = readers.held

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark, atomically."""
        for row in self._database.rows(VIEW, (low, high, limit, user_id)):
            return self.view_of(user_id, *row)
        return EMPTY_VIEW

    def view_of(
        self, user_id: str, generation: int, is_merged: bool, floor: int, mark: int, unread_ms: int, ids: Sequence[int]
    ) -> TimelineView:
        """Returns the view that a statement found, and notes that the timeline was read."""
        self._readers.touch(user_id, generation, unread_ms)
        return TimelineView(ids, floor, mark) if is_merged else EMPTY_VIEW

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Adds ids of author logs that are complete from `floor` on, for all follows up to `mark`, atomically.

        Does nothing if the timeline of this generation was discarded.
        """
        self._database.count(MERGE, (floor, mark, user_id, generation, sorted(ids)))

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        """Inserts the id once into each of these users' timelines that is present; returns how many took it."""
        return self._database.count(PUSH, (tweet_id, list(user_ids), tweet_id)) if user_ids else 0
