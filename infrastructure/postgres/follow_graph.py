"""The follow graph in PostgreSQL."""

from collections.abc import Sequence
from typing import LiteralString

from domain.user import Followees
from infrastructure.postgres.database import Database

FOLLOW: LiteralString = "SELECT follow(%s::text, %s::text)"

UNFOLLOW: LiteralString = "SELECT unfollow(%s::text, %s::text)"

FOLLOWEES: LiteralString = """
    SELECT
        coalesce((SELECT follows_version FROM users WHERE id = %s::text), 0),
        coalesce(array_agg(followee_id ORDER BY follow_id), '{}'),
        coalesce(array_agg(follow_id ORDER BY follow_id), '{}')
    FROM follows WHERE follower_id = %s::text
"""

FOLLOWS_VERSION: LiteralString = "SELECT coalesce((SELECT follows_version FROM users WHERE id = %s::text), 0)"

FOLLOWERS_COUNT: LiteralString = "SELECT coalesce((SELECT followers_count FROM users WHERE id = %s::text), 0)"

FOLLOWING_COUNT: LiteralString = "SELECT coalesce((SELECT following_count FROM users WHERE id = %s::text), 0)"

FOLLOWERS_AFTER: LiteralString = """
    SELECT follower_id, follow_id FROM follows
    WHERE followee_id = %s::text AND follow_id > %s::bigint ORDER BY follow_id LIMIT %s::bigint
"""

FOLLOWERS_BEFORE: LiteralString = """
    SELECT follow_id, follower_id FROM follows
    WHERE followee_id = %s::text AND follow_id < %s::bigint ORDER BY follow_id DESC LIMIT %s::bigint
"""

FOLLOWING_BEFORE: LiteralString = """
    SELECT follow_id, followee_id FROM follows
    WHERE follower_id = %s::text AND follow_id < %s::bigint ORDER BY follow_id DESC LIMIT %s::bigint
"""

RELATIONSHIPS: LiteralString = """
    SELECT
        EXISTS (SELECT FROM follows WHERE follower_id = %s::text AND followee_id = other),
        EXISTS (SELECT FROM follows WHERE follower_id = other AND followee_id = %s::text)
    FROM unnest(%s::text[]) WITH ORDINALITY AS others (other, at) ORDER BY at
"""


class PostgresFollowGraph:
    """Both directions of every follow. Each method is one statement; all raise `Unavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def follow(self, follower_id: str, followee_id: str) -> bool:
        """Adds the follow with a new, larger follow id; returns False, and changes nothing, if it exists already."""
        return bool(self._database.value(FOLLOW, (follower_id, followee_id)))

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        """Removes the follow; returns False if there is none."""
        return bool(self._database.value(UNFOLLOW, (follower_id, followee_id)))

    def followees(self, user_id: str) -> Followees:
        """Returns a snapshot of the users that this user follows now."""
        version, authors, follow_ids = self._database.row(FOLLOWEES, (user_id, user_id))
        return Followees(dict(zip(authors, follow_ids, strict=True)), version)

    def follows_version(self, user_id: str) -> int:
        """Returns the current `version` of the user's followees; every follow and unfollow of this user raises it."""
        return int(self._database.value(FOLLOWS_VERSION, (user_id,)))

    def followers_after(self, user_id: str, follow_id: int, limit: int) -> tuple[Sequence[str], int]:
        """Returns the `limit` followers with the next larger follow ids, and the follow id of the last one."""
        rows = self._database.rows(FOLLOWERS_AFTER, (user_id, follow_id, limit))
        return [follower for follower, _ in rows], rows[-1][1] if rows else follow_id

    def followers_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """Returns at most `limit` pairs of follow id and follower with smaller follow ids, newest first."""
        return [(id_, follower) for id_, follower in self._database.rows(FOLLOWERS_BEFORE, (user_id, follow_id, limit))]

    def following_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """Returns at most `limit` pairs of follow id and followee with smaller follow ids, newest first."""
        return [(id_, followee) for id_, followee in self._database.rows(FOLLOWING_BEFORE, (user_id, follow_id, limit))]

    def followers_count(self, user_id: str) -> int:
        return int(self._database.value(FOLLOWERS_COUNT, (user_id,)))

    def following_count(self, user_id: str) -> int:
        return int(self._database.value(FOLLOWING_COUNT, (user_id,)))

    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """Returns a pair for each other user, as of one moment: `user_id` follows them, they follow `user_id`."""
        return [(to, back) for to, back in self._database.rows(RELATIONSHIPS, (user_id, user_id, list(other_ids)))]
