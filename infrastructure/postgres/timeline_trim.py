"""Trims timelines in PostgreSQL to their capacity, and removes entries that nobody reads."""

from typing import LiteralString

from infrastructure.postgres.database import Database

TIMELINES_AT_ONCE = 100
ENTRIES_AT_ONCE = 100_000
"""One statement passes over so many entries at most, and one of more than a timeline; it takes some 20 ms."""

DELETED_AT_ONCE = 5000

# The next timelines by user and generation, each with the newest entry beyond the capacity, if there is one. Nobody
# reads those without a reader of this generation.
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

RAISE_FLOOR: LiteralString = """
    UPDATE readers SET floor = greatest(floor, %s::bigint) WHERE user_id = %s::text AND generation = %s::bigint
"""

DELETE_BELOW: LiteralString = """
    DELETE FROM timeline_entries WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM timeline_entries
        WHERE user_id = %s::text AND generation = %s::bigint AND tweet_id < %s::bigint LIMIT %s::bigint
    ))
"""

ABOVE_ALL = (1 << 63) - 1


class TimelineTrim:
    """Walks over all timelines, a part of them in each call."""

    def __init__(self, database: Database, capacity: int) -> None:
        """Each timeline keeps its newest `capacity` entries."""
        self._database = database
        self._capacity = capacity
        self._at_once = max(1, min(TIMELINES_AT_ONCE, ENTRIES_AT_ONCE // capacity))
        self._position = ("", 0)

    def sweep(self, timelines: int) -> int:
        """Trims the next `timelines` timelines; returns their number, which is smaller at the end of a walk.

        Raises `Unavailable`; the next call goes on behind the timeline that failed.
        """
        swept = 0
        while swept < timelines:
            found = self._database.rows(NEXT, (*self._position, self._at_once, self._capacity))
            for user_id, generation, is_read, oversized in found:
                self._position = user_id, generation
                self._trim(user_id, generation, oversized, is_read=is_read)
            swept += len(found)
            if len(found) < self._at_once:
                self._position = ("", 0)
                break
        return swept

    def _trim(self, user_id: str, generation: int, oversized: int | None, *, is_read: bool) -> None:
        if not is_read:
            # A generation that has no reader never gets one: no generation is used twice.
            self._delete_below(ABOVE_ALL, user_id, generation)
        elif oversized is not None:
            # First, so that no view relies on what is deleted next.
            self._database.count(RAISE_FLOOR, (oversized + 1, user_id, generation))
            self._delete_below(oversized + 1, user_id, generation)

    def _delete_below(self, floor: int, user_id: str, generation: int) -> None:
        asked = (user_id, generation, floor, DELETED_AT_ONCE)
        while self._database.count(DELETE_BELOW, asked) == DELETED_AT_ONCE:
            pass
