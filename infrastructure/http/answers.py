"""Schemas of answers, for the OpenAPI document only: to serialise with them would take longer than a read."""

from marshmallow import Schema, fields

from infrastructure.http.fields import TWEET_ID_EXAMPLE

TWEET_ID = TWEET_ID_EXAMPLE
USER_ID = "alice"
CURSOR = "HXuYyeKAAAAAAAAAAAAAAB17mMnhQAAAAAAAAAAAAACyfj8Mu3RBS9iWZSM7Q2eN"


def _string(example: str | None, description: str = "", **more: object) -> fields.String:
    described = {"description": description} if description else {}
    return fields.String(required=True, metadata={"example": example, **described, **more})


def _count(example: int) -> fields.Integer:
    return fields.Integer(required=True, metadata={"example": example, "minimum": 0})


class Tweet(Schema):
    """A tweet."""

    id = _string(TWEET_ID, "A 64-bit number. It is a string, because a double cannot hold it.", pattern="^[0-9]+$")
    author_id = _string(USER_ID)
    text = _string("hello")
    created_at = _string("2026-11-22T07:00:00.123Z", "RFC 3339, UTC, milliseconds.", format="date-time")


class User(Schema):
    """A user's counts."""

    id = _string(USER_ID)
    tweets_count = _count(1)
    followers_count = _count(1)
    following_count = _count(0)


class UserReference(Schema):
    """A user in a list."""

    id = _string(USER_ID)


class Relationship(Schema):
    """The relationship between the caller and another user."""

    id = _string(USER_ID)
    following = fields.Boolean(required=True, metadata={"example": True})
    followed_by = fields.Boolean(required=True, metadata={"example": False})


class DeadLetter(Schema):
    """A tweet that could not be pushed."""

    tweet_id = _string(TWEET_ID)
    author_id = _string(USER_ID)
    attempts = fields.Integer(required=True, metadata={"example": 5, "minimum": 1})
    error = _string("Unavailable: the store does not answer")
    failed_at = _string("2026-11-22T07:00:05.456Z", format="date-time")


class PageMeta(Schema):
    """The position of the next page."""

    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": CURSOR, "description": "Send it as `cursor`; null on the last page only."},
    )


class TimelineMeta(PageMeta):
    """The positions of the next page and of the next poll."""

    since_id = _string(TWEET_ID, "Send it as `since_id` to get newer tweets.")


def _page(item: type[Schema], meta: type[Schema], name: str, description: str) -> Schema:
    members = {
        "data": fields.List(fields.Nested(item), required=True),
        "meta": fields.Nested(meta, required=True),
    }
    schema: type[Schema] = type(name, (Schema,), {"__doc__": description, **members})
    return schema()


TWEET = Tweet()
USER = User()
TWEET_PAGE = _page(Tweet, PageMeta, "TweetPage", "A page of tweets, newest first.")
TIMELINE_PAGE = _page(Tweet, TimelineMeta, "TimelinePage", "A page of a home timeline, newest first.")
USER_PAGE = _page(UserReference, PageMeta, "UserPage", "A page of users, newest follow first.")
DEAD_LETTER_PAGE = _page(DeadLetter, PageMeta, "DeadLetterPage", "A page of dead letters, newest tweet first.")


class Relationships(Schema):
    """The caller's relationships with other users."""

    data = fields.List(fields.Nested(Relationship), required=True)


class Redriven(Schema):
    """The number of dead letters that were redriven."""

    redriven = _count(3)


class Health(Schema):
    """The state of the process."""

    status = _string("ready")
