"""The newest tweets of many authors, out of their logs."""

from collections.abc import Sequence
from heapq import nlargest
from typing import LiteralString

from infrastructure.postgres.database import Database

ROWS_AT_ONCE = 4000
"""Up to so many rows, one statement asks for all that could be needed; it takes some milliseconds."""

NEWEST: LiteralString = """
    SELECT at, found.id
    FROM unnest(%s::text[]) WITH ORDINALITY AS log (author, at) CROSS JOIN LATERAL (
        SELECT id FROM tweets
        WHERE author_id = log.author AND id > %s::bigint AND id < %s::bigint
        ORDER BY id DESC LIMIT %s::bigint
    ) AS found
"""


def newest_of(database: Database, authors: Sequence[str], low: int, high: int, limit: int) -> Sequence[int]:
    """Returns the newest `limit` ids of these authors strictly between the bounds, newest first.

    Where that may be very many rows, it asks first for an equal share of each author. An author whose share was used up
    above the last id that is wanted is asked again. So it takes two statements at most.
    """
    if not authors:
        return []
    is_small = len(authors) * limit <= ROWS_AT_ONCE or len(authors) == 1
    share = limit if is_small else max(2 * limit // len(authors), 1)
    found = _ask(database, authors, low, high, share)
    newest = _newest(found, limit)
    if share < limit:
        bound = newest[-1] if len(newest) == limit else low
        cut_off = [at for at, ids in found.items() if len(ids) == share and min(ids) > bound]
        rest = _ask(database, [authors[at - 1] for at in cut_off], bound, high, limit) if cut_off else {}
        newest = _newest({**found, **{-at: ids for at, ids in rest.items()}}, limit)
    return newest


def _ask(database: Database, authors: Sequence[str], low: int, high: int, limit: int) -> dict[int, list[int]]:
    """Returns ids by the position of their author, which begins at 1."""
    found: dict[int, list[int]] = {}
    for at, tweet_id in database.rows(NEWEST, (list(authors), low, high, limit)):
        found.setdefault(at, []).append(tweet_id)
    return found


def _newest(found: dict[int, list[int]], limit: int) -> list[int]:
    ids = {id_ for ids in found.values() for id_ in ids}
    return nlargest(min(limit, len(ids)), ids)
