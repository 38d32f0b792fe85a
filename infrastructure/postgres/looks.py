"""The looks of a read at PostgreSQL, in as few statements as their order allows.

1. The frontier: a statement of its own, before all others. What one statement asks, one snapshot answers, and a tweet
   may become visible between two snapshots; so what the frontier bounds must have a snapshot that is taken later.
2. Follows, unpushed tweets and timeline: one statement. A push commits its entries before the outbox row goes, so
   every snapshot has the row or the entries.
3. The author logs, where they are needed.
4. The tweets, and the version of the follows after all other looks: one statement.

So a page of a prepared timeline takes three statements, and one out of author logs takes four.
"""

from collections.abc import Sequence
from typing import Any, LiteralString, Protocol

from domain.timeline import EMPTY_VIEW, TimelineView
from domain.tweet import Tweet
from domain.user import Followees
from infrastructure.no_timelines import LOGS_ALONE, NoTimelines
from infrastructure.outside.whereabouts import Whereabouts
from infrastructure.postgres.database import Database
from infrastructure.postgres.follow_graph import PostgresFollowGraph
from infrastructure.postgres.timelines import PostgresTimelines
from infrastructure.postgres.tweets import PostgresTweets

FOLLOWS_AND_UNPUSHED: LiteralString = """
    WITH followed AS MATERIALIZED (
        SELECT
            array_agg(followee_id ORDER BY follow_id) AS authors,
            array_agg(follow_id ORDER BY follow_id) AS follow_ids
        FROM follows WHERE follower_id = %(user_id)s::text
    )
    SELECT
        coalesce((SELECT follows_version FROM users WHERE id = %(user_id)s::text), 0),
        coalesce(authors, '{}'),
        coalesce(follow_ids, '{}'),
        ARRAY(
            SELECT found.tweet_id
            FROM (
                SELECT unnest(authors) AS author UNION ALL SELECT %(user_id)s::text WHERE %(include_self)s::boolean
            ) AS followee CROSS JOIN LATERAL (
                SELECT tweet_id FROM unpushed
                WHERE author_id = author AND tweet_id > %(low)s::bigint AND tweet_id < %(high)s::bigint
                ORDER BY tweet_id DESC LIMIT %(limit)s::bigint
            ) AS found
            ORDER BY found.tweet_id DESC LIMIT %(limit)s::bigint
        )
"""

ALONE: LiteralString = FOLLOWS_AND_UNPUSHED + " FROM followed"
"""Where there are no timelines."""

WITH_WHEREABOUTS: LiteralString = (
    FOLLOWS_AND_UNPUSHED
    + """
        , generation, clock_ms() - read_at_ms, coalesce(epoch, 0), coalesce(identity, '')
    FROM followed
    LEFT JOIN readers ON user_id = %(user_id)s::text
    LEFT JOIN epochs ON name = 'timelines'
"""
)

WITH_TIMELINE: LiteralString = (
    FOLLOWS_AND_UNPUSHED  # noqa: S608 - both parts are constants
    + """
        , generation, is_merged, floor, mark, clock_ms() - read_at_ms, ARRAY(
            SELECT tweet_id FROM timeline_entries
            WHERE user_id = readers.user_id AND generation = readers.generation
                AND tweet_id > greatest(%(low)s::bigint, floor - 1) AND tweet_id < %(high)s::bigint
            ORDER BY tweet_id DESC LIMIT %(limit)s::bigint
        )
    FROM followed LEFT JOIN readers ON user_id = %(user_id)s::text
"""
)

LAST: LiteralString = """
    SELECT coalesce(follows_version, 0), tweets.id, author_id, body
    FROM (SELECT %s::text AS user_id, %s::bigint[] AS ids) AS asked
    LEFT JOIN users ON users.id = asked.user_id
    LEFT JOIN tweets ON tweets.id = ANY (ids)
"""


First = tuple[Followees, Sequence[int], TimelineView]


class Beside(Protocol):
    """Timelines in another engine."""

    def view_at(self, where: Whereabouts, user_id: str, low: int, high: int, limit: int) -> TimelineView: ...


class PostgresLooks:
    """What a read asks for. All methods raise `Unavailable`."""

    def __init__(
        self,
        database: Database,
        tweets: PostgresTweets,
        graph: PostgresFollowGraph,
        timelines: PostgresTimelines | NoTimelines | Beside,
    ) -> None:
        self._database = database
        self._timelines = timelines
        self.frontier = tweets.frontier
        self.newest = tweets.newest
        self.followees = graph.followees

    def first(self, user_id: str, low: int, high: int, limit: int, *, include_self: bool) -> First:
        """Looks at the follows and the unpushed tweets, and at a timeline in PostgreSQL, as of one moment.

        Where the timeline is elsewhere, the same statement says where, and the look at it comes after.
        """
        asked = {"user_id": user_id, "low": low, "high": high, "limit": limit, "include_self": include_self}
        timelines = self._timelines
        if isinstance(timelines, PostgresTimelines):
            *found, generation, is_merged, floor, mark, unread_ms, ids = self._database.row(WITH_TIMELINE, asked)
            if generation is None:
                return _first(found, EMPTY_VIEW)
            return _first(found, timelines.view_of(user_id, generation, is_merged, floor, mark, unread_ms, ids))
        if isinstance(timelines, NoTimelines):
            return _first(self._database.row(ALONE, asked), LOGS_ALONE)
        *found, generation, unread_ms, epoch, identity = self._database.row(WITH_WHEREABOUTS, asked)
        where = Whereabouts(generation, unread_ms, epoch, identity)
        return _first(found, timelines.view_at(where, user_id, low, high, limit))

    def last(self, user_id: str, tweet_ids: Sequence[int]) -> tuple[list[Tweet | None], int]:
        """Looks at the tweets and the version of the follows as of one moment."""
        rows = self._database.rows(LAST, (user_id, list(tweet_ids)))
        found = {tweet_id: Tweet(tweet_id, author_id, body) for _, tweet_id, author_id, body in rows}
        return [found.get(id_) for id_ in tweet_ids], rows[0][0]


def _first(found: Sequence[Any], view: TimelineView) -> First:
    version, authors, follow_ids, unpushed = found
    return Followees(dict(zip(authors, follow_ids, strict=True)), version), unpushed, view
