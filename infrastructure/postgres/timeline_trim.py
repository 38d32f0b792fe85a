"""Trims timelines in PostgreSQL to their capacity, and removes entries that nobody reads."""

from typing import LiteralString

from infrastructure.postgres.database import Database

TIMELINES_AT_ONCE = 100


# The next timelines by user and generation, each with the entry below which it is too long. Nobody reads those without
# a reader of this generation.
NEXT: LiteralString = """
    WITH RECURSIVE held (user_id, generation, steps) AS (
        (
            SELECT user_id, generation, 1 FROM timeline_entries
            WHERE (user_id, generation) > (%s::text COLLATE "C", %s::bigint) ORDER BY user_id, generation LIMIT 1
        )
        UNION ALL
        SELECT next.user_id, next.generation, held.steps + 1
        FROM held CROSS JOIN LATERAL (
            SELECT e.user_id, e.generation FROM timeline_entries e
            WHERE (e.user_id, e.generation) > (held.user_id, held.generation) ORDER BY e.user_id, e.generation LIMIT 1
        ) AS next
        WHERE held.steps < %s::bigint
    )
    SELECT held.user_id, held.generation, readers.user_id IS NOT NULL, (
        SELECT tweet_id FROM timeline_entries e
        WHERE e.user_id = held.user_id AND e.generation = held.generation
        ORDER BY tweet_id DESC OFFSET %s::bigint LIMIT 1
    )
    FROM held LEFT JOIN readers ON readers.user_id = held.user_id AND readers.generation = held.generation
    ORDER BY held.user_id, held.generation
"""

# In one transaction: a view sees the higher floor and the missing entries, or neither.
TRIM: LiteralString = """
    WITH head AS (
        UPDATE readers SET floor = greatest(floor, %s::bigint + 1) WHERE user_id = %s::text AND generation = %s::bigint
        RETURNING user_id, generation, floor
    )
    DELETE FROM timeline_entries e USING head
    WHERE e.user_id = head.user_id AND e.generation = head.generation AND e.tweet_id < head.floor
"""

REMOVE: LiteralString = """
    DELETE FROM timeline_entries e WHERE user_id = %s::text AND generation = %s::bigint
        AND NOT EXISTS (SELECT FROM readers r WHERE r.user_id = e.user_id AND r.generation = e.generation)
"""


class TimelineTrim:
    """Walks over all timelines, a part of them in each call."""

    def __init__(self, database: Database, capacity: int) -> None:
        """Each timeline keeps its newest `capacity` entries."""
        self._database = database
        self._capacity = capacity
        self._position = ("", 0)

    def sweep(self, timelines: int) -> int:
        """Trims the next `timelines` timelines; returns their number, which is smaller at the end of a walk.

        Raises `Unavailable`.
        """
        swept = 0
        while swept < timelines:
            found = self._database.rows(NEXT, (*self._position, TIMELINES_AT_ONCE, self._capacity))
            for user_id, generation, is_read, oversized in found:
                self._trim(user_id, generation, oversized, is_read=is_read)
                self._position = user_id, generation
            swept += len(found)
            if len(found) < TIMELINES_AT_ONCE:
                self._position = ("", 0)
                break
        return swept

    def _trim(self, user_id: str, generation: int, oversized: int | None, *, is_read: bool) -> None:
        if not is_read:
            self._database.count(REMOVE, (user_id, generation))
        elif oversized is not None:
            self._database.count(TRIM, (oversized, user_id, generation))
