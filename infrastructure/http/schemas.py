"""Marshmallow schemas of requests, which check queries and bodies and return their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic

from marshmallow import Schema, ValidationError, fields, validates_schema

from domain.tweet_id import MAX_TWEET_ID
from infrastructure.http.fields import OnlyTrue, TweetIds, UserIdList, Value, WholeNumber

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
CURSOR_DESCRIPTION = "The `next_cursor` of the page before."


class Input(Schema, Generic[Value]):
    """The schema of a query or a body."""

    def read(self, sent: Mapping[str, object]) -> Value:
        """Returns the value; raises a `ValidationError` if `sent` is not valid."""
        return self.make(self.load(sent))

    def make(self, data: dict[str, Any]) -> Value:
        """Returns the value for the checked fields."""
        raise NotImplementedError


class Parameters(Input[Value]):
    """The schema of a query. `lists` may be repeated, `ignored` may be anything; all others are known and sent once."""

    lists: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()


class Body(Input[Value]):
    """The schema of a JSON object in a body."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    limit: int


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    limit: int
    since_id: int
    include_self: bool


class NoParameters(Parameters[None]):
    """For routes without a query."""

    def make(self, data: dict[str, Any]) -> None:
        pass


NO_PARAMETERS = NoParameters()
ANY_PARAMETERS = NoParameters()
"""For routes that ignore their query, because monitors send what other services know, for example ``?verbose``."""


class PageParameters(Parameters[PageQuery]):
    """The largest number of items, and the page."""

    limit = WholeNumber(1, LIMIT_MAX, load_default=LIMIT_DEFAULT)
    cursor = fields.String(metadata={"description": CURSOR_DESCRIPTION})

    def make(self, data: dict[str, Any]) -> PageQuery:
        return PageQuery(data["limit"])


class TimelineParameters(Parameters[TimelineQuery]):
    """The page of a home timeline, or the tweet after which it starts."""

    limit = WholeNumber(1, LIMIT_MAX, load_default=LIMIT_DEFAULT)
    cursor = fields.String(metadata={"description": CURSOR_DESCRIPTION})
    since_id = WholeNumber(
        0,
        MAX_TWEET_ID,
        metadata={"description": "The `since_id` of an earlier page, to get newer tweets only. Not with `cursor`."},
    )
    include_self = fields.Boolean(
        truthy={"true"}, falsy={"false"}, load_default=False, metadata={"description": "Add the caller's own tweets."}
    )

    @validates_schema
    def not_both(self, data: dict[str, Any], **_: object) -> None:
        if "cursor" in data and "since_id" in data:
            raise ValidationError("since_id must not be sent with cursor, which contains its own.", "since_id")

    def make(self, data: dict[str, Any]) -> TimelineQuery:
        return TimelineQuery(data["limit"], data.get("since_id", 0), data["include_self"])


class RelationshipsParameters(Parameters[tuple[str, ...]]):
    """The users to compare with."""

    ids = UserIdList(required=True)
    lists = frozenset({"ids"})

    def make(self, data: dict[str, Any]) -> tuple[str, ...]:
        ids: tuple[str, ...] = data["ids"]
        return ids


class StreamParameters(Parameters[str]):
    """The last event received, for clients that cannot set headers."""

    lastEventId = fields.String(  # noqa: N815 - the name that EventSource polyfills send
        load_default="",
        metadata={"description": "Instead of the header `Last-Event-ID`, which counts if both are sent."},
    )
    ignored = frozenset({"_"})

    def make(self, data: dict[str, Any]) -> str:
        last_event_id: str = data["lastEventId"]
        return last_event_id


class RedriveBody(Body[tuple[int, ...] | None]):
    """The dead letters to redrive: those of some tweets, or all."""

    ids = TweetIds()
    all = OnlyTrue()

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError("The body must have either ids or all.", "ids")

    def make(self, data: dict[str, Any]) -> tuple[int, ...] | None:
        return data.get("ids")


class PublishTweetBody(Body[str]):
    """A tweet to publish. The length is only for the document: the domain checks it after normalisation."""

    text = fields.String(required=True)

    def __init__(self, text_max_length: int) -> None:
        super().__init__()
        self.fields["text"].metadata = {
            "example": "hello",
            "minLength": 1,
            "maxLength": text_max_length,
            "description": "Normalised to NFC and stripped, then counted in code points; no NUL, and not blank.",
        }

    def make(self, data: dict[str, Any]) -> str:
        text: str = data["text"]
        return text
