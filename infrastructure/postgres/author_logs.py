"""The newest tweets of many authors, out of their logs."""

from collections.abc import Sequence
from typing import LiteralString

from infrastructure.postgres.database import Database

# Each author's newest tweets up to an equal share. Only an author whose share ends above the last tweet that is wanted
# can have more that are wanted; of those, all that could be.
NEWEST: LiteralString = """
    WITH heads AS MATERIALIZED (
        SELECT author, found.id
        FROM unnest(%(authors)s::text[]) AS author CROSS JOIN LATERAL (
            SELECT id FROM tweets
            WHERE author_id = author AND id > %(low)s::bigint AND id < %(high)s::bigint
            ORDER BY id DESC LIMIT %(share)s::bigint
        ) AS found
    ), bound AS MATERIALIZED (
        SELECT coalesce(
            (SELECT id FROM heads ORDER BY id DESC OFFSET %(limit)s::bigint - 1 LIMIT 1), %(low)s::bigint
        ) AS id
    ), cut_off AS MATERIALIZED (
        SELECT author, min(id) AS last_id FROM heads
        GROUP BY author HAVING count(*) = %(share)s::bigint AND min(id) > (SELECT id FROM bound)
    )
    SELECT id FROM (
        SELECT id FROM heads
        UNION ALL
        SELECT found.id
        FROM cut_off CROSS JOIN LATERAL (
            SELECT id FROM tweets
            WHERE author_id = cut_off.author AND id > (SELECT id FROM bound) AND id < cut_off.last_id
            ORDER BY id DESC LIMIT %(limit)s::bigint
        ) AS found
    ) AS candidates
    ORDER BY id DESC LIMIT %(limit)s::bigint
"""


def newest_of(database: Database, authors: Sequence[str], low: int, high: int, limit: int) -> Sequence[int]:
    """Returns the newest `limit` ids of these authors strictly between the bounds, newest first, in one statement.

    It reads about three rows for each that is wanted, and one for each author.
    """
    if not authors:
        return []
    share = limit if len(authors) == 1 else 2 * limit // len(authors) + 1
    asked = {"authors": list(authors), "low": low, "high": high, "share": share, "limit": limit}
    return [tweet_id for (tweet_id,) in database.rows(NEWEST, asked)]
