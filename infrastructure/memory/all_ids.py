"""The ids of all tweets in memory."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter

from domain.timeline import newest_between
from infrastructure.memory.unpushed import remove_id

BLOCK_IDS = 1024
"""Removing an id moves at most so many others, and there are few enough blocks for a look to find one at once."""

_first = itemgetter(0)


class AllIds:
    """Ascending ids, 8 bytes each, in blocks of at most `block_ids`.

    One list of ten million ids would take milliseconds to remove one, and would be copied as it grows. A block that
    becomes empty goes, so a look for n ids meets at most n + 1 blocks. This class is not thread-safe.
    """

    __slots__ = ("_block_ids", "_blocks")

    def __init__(self, block_ids: int = BLOCK_IDS) -> None:
        self._block_ids = block_ids
        self._blocks: list[list[int]] = []

    def append(self, id_: int) -> None:
        """Adds an id above all others."""
        if not self._blocks or len(self._blocks[-1]) >= self._block_ids:
            self._blocks.append([])
        self._blocks[-1].append(id_)

    def remove(self, id_: int) -> None:
        """Removes an id; nothing happens if it is not there."""
        at = bisect_right(self._blocks, id_, key=_first) - 1
        if at >= 0 and remove_id(self._blocks[at], id_) and not self._blocks[at]:
            del self._blocks[at]

    def newest(self, low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids strictly between the bounds, newest first, as a copy."""
        found: list[int] = []
        at = bisect_left(self._blocks, high, key=_first)
        while at > 0 and len(found) < limit:
            at -= 1
            found += newest_between(self._blocks[at], low, high, limit - len(found))
            if self._blocks[at][0] <= low:
                break
        return found
