"""Request fields that marshmallow does not have, each with its JSON schema for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, TypeVar

from marshmallow import ValidationError, fields

from domain.errors import InvalidInput
from domain.tweet_id import MAX_TWEET_ID, parse_tweet_id
from domain.user import User

USER_ID_PATTERN = "^[A-Za-z0-9_.-]{1,64}$"
"""Without the exceptions, which would need a look-ahead, and RE2 has none (https://github.com/google/re2/wiki/Syntax)."""

USER_ID_EXCEPTIONS = "`.` and `..` are no user ids; `me` is none, because in paths it means the caller."
TWEET_ID_PATTERN = "^(0|[1-9][0-9]{0,18})$"
TWEET_ID_EXAMPLE = "2124459642091208704"
RELATIONSHIPS_MAX = 100
REDRIVEN_MAX = 500
DOUBLE_EXACT_MAX = 1 << 53
DIGITS_MAX = len(str(MAX_TWEET_ID))

Value = TypeVar("Value")


class DescribedField(fields.Field[Value]):
    """A field with its JSON schema in `described`."""

    described: Mapping[str, Any] = {}

    def read(self, sent: object) -> Value:
        """Returns the value; raises a `ValidationError` if `sent` is not valid."""
        raise NotImplementedError

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_: object,
    ) -> Value:
        return self.read(value)


class WholeNumber(DescribedField[int]):
    """A whole number in ASCII digits within bounds; `Integer` also accepts signs, spaces and other scripts' digits."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:  # noqa: ANN401 - marshmallow's own arguments
        super().__init__(**kwargs)
        in_a_double = {"type": "integer", "minimum": low, "maximum": high}
        in_text = {"type": "string", "pattern": f"^[0-9]{{1,{DIGITS_MAX}}}$"}
        self.described = in_a_double if high <= DOUBLE_EXACT_MAX else in_text
        self._low = low
        self._high = high

    def read(self, sent: object) -> int:
        digits = isinstance(sent, str) and sent.isascii() and sent.isdigit() and len(sent) <= DIGITS_MAX
        if not digits or not self._low <= int(str(sent)) <= self._high:
            raise ValidationError(f"Must be a whole number from {self._low} to {self._high}.")
        return int(str(sent))


class UserIdList(DescribedField[tuple[str, ...]]):
    """A comma-separated list of user ids. Duplicates are removed."""

    described: Mapping[str, Any] = {
        "type": "array",
        "items": {"type": "string", "pattern": USER_ID_PATTERN},
        "minItems": 1,
        "maxItems": RELATIONSHIPS_MAX,
        "example": ["alice", "bob"],
        "description": f"User ids, with commas between or each as a parameter of its own. {USER_ID_EXCEPTIONS}",
    }

    def read(self, sent: object) -> tuple[str, ...]:
        ids = str(sent).split(",")
        if len(ids) > RELATIONSHIPS_MAX:
            raise ValidationError(f"Must be 1 to {RELATIONSHIPS_MAX} user ids.")
        try:
            return tuple(dict.fromkeys(User(id_).id for id_ in ids))
        except InvalidInput as error:
            raise ValidationError(str(error)) from None


class TweetIds(DescribedField[tuple[int, ...]]):
    """A list of tweet ids in a body, as strings. Duplicates are removed."""

    described: Mapping[str, Any] = {
        "type": "array",
        "items": {"type": "string", "pattern": TWEET_ID_PATTERN},
        "minItems": 1,
        "maxItems": REDRIVEN_MAX,
        "example": [TWEET_ID_EXAMPLE],
    }

    def read(self, sent: object) -> tuple[int, ...]:
        if not isinstance(sent, list) or not 1 <= len(sent) <= REDRIVEN_MAX:
            raise ValidationError(f"Must be a list of 1 to {REDRIVEN_MAX} tweet ids.")
        ids = [parse_tweet_id(id_) if isinstance(id_, str) else None for id_ in sent]
        if None in ids:
            raise ValidationError("Must be tweet ids, as strings.")
        return tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None))


class OnlyTrue(DescribedField[bool]):
    """The JSON value `true`."""

    described: Mapping[str, Any] = {"type": "boolean", "const": True, "description": "Instead of `ids`: all of them."}

    def read(self, sent: object) -> bool:
        if sent is not True:
            raise ValidationError("Must be true.")
        return True
