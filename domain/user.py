"""Users, and what holds of following."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice, takewhile

from domain.errors import InvalidInput, SelfFollow

_USER_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_RESERVED = frozenset({".", "..", "me"})


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who publishes, follows and reads. Every well-formed id is a user; there is no sign-up.

    Raises `InvalidInput` for an id that is not 1 to 64 of ``A-Z a-z 0-9 _ . -``, or is ``.``, ``..`` or ``me``.
    """

    id: str

    def __post_init__(self) -> None:
        if not _USER_ID.fullmatch(self.id) or self.id in _RESERVED:
            raise InvalidInput("user_id", "A user id is 1 to 64 of A-Z a-z 0-9 _ . - and is not '.', '..' or 'me'.")

    def check_may_follow(self, followee: "User") -> None:
        """Raises `SelfFollow` when the two are one."""
        if self == followee:
            raise SelfFollow(f"{self.id} cannot follow themselves.")


class Followees:
    """Whom one user followed at one moment; it never changes.

    Each follow has an id, larger than those of all follows before it. A refollow is a new follow with a new id.
    """

    __slots__ = ("_follow_ids",)

    def __init__(self, follow_ids: dict[str, int]) -> None:
        """Takes over `follow_ids`, followee to follow id in the order of the ids; the caller changes it no more."""
        self._follow_ids = follow_ids

    @property
    def authors(self) -> AbstractSet[str]:
        """The ids of all followees."""
        return self._follow_ids.keys()

    @property
    def newest_follow_id(self) -> int:
        """The largest follow id, 0 when nobody is followed."""
        return next(reversed(self._follow_ids.values()), 0)

    def followed_after(self, follow_id: int) -> list[str]:
        """The followees with a larger follow id than this one, newest first."""
        newest_first = reversed(self._follow_ids.items())
        return [author for author, _ in takewhile(lambda follow: follow[1] > follow_id, newest_first)]

    def page_before(self, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` pairs of follow id and followee with smaller follow ids, newest first."""
        newest_first = reversed(self._follow_ids.items())
        return list(islice(((id_, author) for author, id_ in newest_first if id_ < follow_id), limit))
