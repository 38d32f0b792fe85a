"""The followers of one user, ordered by follow id."""

from array import array
from bisect import bisect_left, bisect_right

CHUNK_SIZE = 1024


class _Chunk:
    __slots__ = ("follow_ids", "followers")

    def __init__(self) -> None:
        self.follow_ids = array("Q")
        self.followers: list[int] = []


def _last(chunk: _Chunk) -> int:
    return chunk.follow_ids[-1]


class FollowerList:
    """The numbers of one user's followers, in chunks: a page or a removal among a million touches only a few.

    Follow ids only grow, so new followers are appended to the last chunk. This class is not thread-safe.
    """

    __slots__ = ("_chunk_size", "_chunks", "_count")

    def __init__(self, chunk_size: int = CHUNK_SIZE) -> None:
        self._chunk_size = chunk_size
        self._chunks: list[_Chunk] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, follow_id: int, follower: int) -> None:
        """Adds a follower; the follow id must be larger than all others in the list."""
        if not self._chunks or len(self._chunks[-1].follow_ids) == self._chunk_size:
            self._chunks.append(_Chunk())
        self._chunks[-1].follow_ids.append(follow_id)
        self._chunks[-1].followers.append(follower)
        self._count += 1

    def remove(self, follow_id: int) -> None:
        """Removes the follower with this follow id, which must be in the list."""
        at = bisect_left(self._chunks, follow_id, key=_last)
        chunk = self._chunks[at]
        within = bisect_left(chunk.follow_ids, follow_id)
        del chunk.follow_ids[within]
        del chunk.followers[within]
        if not chunk.follow_ids:
            del self._chunks[at]
        self._count -= 1

    def after(self, follow_id: int, limit: int) -> tuple[list[int], int]:
        """Returns the `limit` followers with the next larger follow ids, and the last one's id, `follow_id` if none."""
        followers: list[int] = []
        last = follow_id
        for at in range(bisect_right(self._chunks, follow_id, key=_last), len(self._chunks)):
            chunk = self._chunks[at]
            start = bisect_right(chunk.follow_ids, follow_id)
            end = start + limit - len(followers)
            followers += chunk.followers[start:end]
            last = chunk.follow_ids[min(end, len(chunk.follow_ids)) - 1]
            if len(followers) == limit:
                break
        return followers, last

    def before(self, follow_id: int, limit: int) -> list[tuple[int, int]]:
        """Returns at most `limit` pairs of follow id and follower with smaller follow ids, newest first."""
        page: list[tuple[int, int]] = []
        newest = min(bisect_left(self._chunks, follow_id, key=_last), len(self._chunks) - 1)
        for at in range(newest, -1, -1):
            chunk = self._chunks[at]
            end = bisect_left(chunk.follow_ids, follow_id)
            start = max(0, end - limit + len(page))
            page += zip(
                reversed(chunk.follow_ids[start:end]),
                reversed(chunk.followers[start:end]),
                strict=True,
            )
            if len(page) == limit:
                break
        return page
