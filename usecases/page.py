"""Pages of lists that go from the newest item to the oldest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.tweet_id import MAX_TWEET_ID

Item = TypeVar("Item")

NEWEST = MAX_TWEET_ID
"""The position before the first page; every tweet id and follow id is smaller."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Asks for at most `limit` items of a user's list, older than the position `before`."""

    user_id: str
    limit: int
    before: int = NEWEST


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items newest first. `next_before` is the position before the next page, None on the last page."""

    items: Sequence[Item]
    next_before: int | None


def cut(items: Sequence[Item], limit: int, position: Callable[[Item], int]) -> Page[Item]:
    """Returns the page out of up to `limit` + 1 items. The extra item shows that there is a next page."""
    if len(items) <= limit:
        return Page(items, None)
    return Page(items[:limit], position(items[limit - 1]))
