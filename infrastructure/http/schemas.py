"""What requests carry: marshmallow schemas that check it and turn it into values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from domain.errors import InvalidInput
from domain.tweet_id import MAX_TWEET_ID, parse_tweet_id
from domain.user import User

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
RELATIONSHIPS_MAX = 100
CURSOR_DESCRIPTION = "The `next_cursor` of the page before."
USER_ID_PATTERN = r"^(?!(?:\.|\.\.|me)$)[A-Za-z0-9_.-]{1,64}$"
TWEET_ID_PATTERN = "^(0|[1-9][0-9]{0,18})$"
DOUBLE_EXACT_MAX = 1 << 53
DIGITS_MAX = len(str(MAX_TWEET_ID))


class WholeNumber(fields.Field[int]):
    """A whole number in ASCII digits within bounds; `Integer` takes signs, spaces and other scripts' digits too."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own arguments
        super().__init__(**kwargs)
        in_a_double = {"type": "integer", "minimum": low, "maximum": high}
        self.described = (
            in_a_double if high <= DOUBLE_EXACT_MAX else {"type": "string", "pattern": f"^[0-9]{{1,{DIGITS_MAX}}}$"}
        )
        self._low = low
        self._high = high

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_: object,
    ) -> int:
        digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX
        if not digits or not self._low <= int(str(value)) <= self._high:
            raise ValidationError(f"Must be a whole number from {self._low} to {self._high}.")
        return int(str(value))


class UserIdList(fields.Field[tuple[str, ...]]):
    """User ids with commas between; one given twice counts once."""

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_: object,
    ) -> tuple[str, ...]:
        ids = str(value).split(",")
        if len(ids) > RELATIONSHIPS_MAX:
            raise ValidationError(f"Must be 1 to {RELATIONSHIPS_MAX} user ids.")
        try:
            return tuple(dict.fromkeys(User(id_).id for id_ in ids))
        except InvalidInput as error:
            raise ValidationError(str(error)) from None


@dataclass(frozen=True, slots=True)
class PageQuery:
    limit: int


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    limit: int
    since_id: int
    include_self: bool


class NoParameters(Schema):
    """For routes without a query."""


class PageParameters(Schema):
    """How many items a page has at most, and which page it is."""

    limit = WholeNumber(1, LIMIT_MAX, load_default=LIMIT_DEFAULT)
    cursor = fields.String(metadata={"description": CURSOR_DESCRIPTION})

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> PageQuery:
        return PageQuery(data["limit"])


class TimelineParameters(Schema):
    """Which page of a home timeline, or what came after a tweet."""

    limit = WholeNumber(1, LIMIT_MAX, load_default=LIMIT_DEFAULT)
    cursor = fields.String(metadata={"description": CURSOR_DESCRIPTION})
    since_id = WholeNumber(
        0,
        MAX_TWEET_ID,
        metadata={"description": "Only what came after; the `since_id` of an earlier page. Does not go with `cursor`."},
    )
    include_self = fields.Boolean(
        truthy={"true"}, falsy={"false"}, load_default=False, metadata={"description": "Adds one's own tweets."}
    )

    @validates_schema
    def not_both(self, data: dict[str, Any], **_: object) -> None:
        if "cursor" in data and "since_id" in data:
            raise ValidationError("since_id does not go with cursor, which remembers its own.", "since_id")

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> TimelineQuery:
        return TimelineQuery(data["limit"], data.get("since_id", 0), data["include_self"])


class RelationshipsParameters(Schema):
    """Whom to compare with."""

    ids = UserIdList(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> tuple[str, ...]:
        ids: tuple[str, ...] = data["ids"]
        return ids


class TweetIds(fields.Field[tuple[int, ...]]):
    """Tweet ids in a body, as strings; one given twice counts once."""

    most = 500

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_: object,
    ) -> tuple[int, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= self.most:
            raise ValidationError(f"Must be a list of 1 to {self.most} tweet ids.")
        ids = [parse_tweet_id(id_) if isinstance(id_, str) else None for id_ in value]
        if None in ids:
            raise ValidationError("Must be tweet ids, as strings.")
        return tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None))


class OnlyTrue(fields.Field[bool]):
    """The JSON value `true`."""

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_: object,
    ) -> bool:
        if value is not True:
            raise ValidationError("Must be true.")
        return True


class RedriveBody(Schema):
    """Which dead letters to redrive: those of some tweets, or all."""

    ids = TweetIds()
    all = OnlyTrue()

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError("Must be either ids or all.", "ids")

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> tuple[int, ...] | None:
        return data.get("ids")


class PublishTweetBody(Schema):
    """A tweet to publish."""

    text = fields.String(
        required=True,
        metadata={
            "example": "hello",
            "minLength": 1,
            "description": "Normalised to NFC and stripped; then 1 to `TWEET_MAX_LENGTH` (280) code points, no NUL.",
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> str:
        text: str = data["text"]
        return text
