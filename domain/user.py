"""Users, and the rules for following."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice, takewhile

from domain.errors import InvalidInput, SelfFollow

_USER_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_RESERVED = frozenset({".", "..", "me"})


@dataclass(frozen=True, slots=True)
class User:
    """A person who publishes, follows and reads. Every well-formed id is a user; there is no sign-up.

    Raises `InvalidInput` for an id that is not 1 to 64 of ``A-Z a-z 0-9 _ . -``, and for ``.``, ``..`` and ``me``.
    """

    id: str

    def __post_init__(self) -> None:
        if not is_user_id(self.id):
            raise InvalidInput("user_id", "A user id is 1 to 64 of A-Z a-z 0-9 _ . - and is not '.', '..' or 'me'.")

    def check_may_follow(self, followee: "User") -> None:
        """Raises `SelfFollow` if `followee` is this user."""
        if self == followee:
            raise SelfFollow(f"{self.id} cannot follow themselves.")


def is_user_id(text: str) -> bool:
    """Returns True if the text is a valid user id."""
    return _USER_ID.fullmatch(text) is not None and text not in _RESERVED


class Followees:
    """An immutable snapshot of the users that one user follows.

    Each follow has an id that is larger than those of all earlier follows. A refollow is a new follow with a new id.
    """

    __slots__ = ("_follow_ids", "version")

    def __init__(self, follow_ids: dict[str, int], version: int) -> None:
        """Takes over `follow_ids`: followee to follow id, in the order of the ids. The caller must not keep the dict.

        `version` counts the follows and unfollows of this user.
        """
        self._follow_ids = follow_ids
        self.version = version

    @property
    def authors(self) -> AbstractSet[str]:
        """The ids of all followees."""
        return self._follow_ids.keys()

    @property
    def newest_follow_id(self) -> int:
        """The largest follow id; 0 if there are no followees."""
        return next(reversed(self._follow_ids.values()), 0)

    def follow_id(self, author: str) -> int:
        """Returns the id of the follow of this author; 0 if there is none."""
        return self._follow_ids.get(author, 0)

    def followed_after(self, follow_id: int) -> list[str]:
        """Returns the followees whose follow id is larger than `follow_id`, newest first."""
        newest_first = reversed(self._follow_ids.items())
        return [author for author, _ in takewhile(lambda follow: follow[1] > follow_id, newest_first)]

    def page_before(self, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """Returns at most `limit` pairs of follow id and followee with smaller follow ids, newest first."""
        newest_first = reversed(self._follow_ids.items())
        return list(islice(((id_, author) for author, id_ in newest_first if id_ < follow_id), limit))

    def changed(self, changes: Mapping[str, int], version: int) -> "Followees":
        """Returns the followees after `changes`: author to new follow id in the order of the ids, 0 for an unfollow."""
        follow_ids = dict(self._follow_ids)
        for author, follow_id in changes.items():
            follow_ids.pop(author, None)
            if follow_id:
                follow_ids[author] = follow_id
        return Followees(follow_ids, version)


NOBODY = Followees({}, 0)
"""The followees of a user who has never followed anyone."""
