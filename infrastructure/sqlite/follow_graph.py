"""The follow graph in memory behind the journal."""

import sqlite3
from collections.abc import Hashable
from dataclasses import dataclass

from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.sqlite.journal import Journal


class JournaledFollowGraph:
    """Writes each follow and unfollow to the journal first. Everything else is what `MemoryFollowGraph` does."""

    def __init__(self, memory: MemoryFollowGraph, journal: Journal) -> None:
        self._memory = memory
        self._journal = journal
        self._last_follow_id = 0
        self.followees = memory.followees
        self.follows_version = memory.follows_version
        self.followers_after = memory.followers_after
        self.followers_before = memory.followers_before
        self.following_before = memory.following_before
        self.followers_count = memory.followers_count
        self.following_count = memory.following_count
        self.relationships = memory.relationships

    def follow(self, follower_id: str, followee_id: str) -> bool:
        """Adds the follow; False when it is there. Raises `Unavailable` when it cannot be written."""
        if self._is_there(follower_id, followee_id):
            return False
        return self._journal.make(_Follow(self, self._memory, follower_id, followee_id))

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        """Removes the follow; False when there is none. Raises `Unavailable` when that cannot be written."""
        if not self._is_there(follower_id, followee_id):
            return False
        return self._journal.make(_Unfollow(self._memory, follower_id, followee_id))

    def next_follow_id(self) -> int:
        """An id that no other follow has, also none of this commit. For the writer's thread alone."""
        self._last_follow_id = max(self._last_follow_id, self._memory.last_follow_id()) + 1
        return self._last_follow_id

    def _is_there(self, follower_id: str, followee_id: str) -> bool:
        [(follows, _)] = self._memory.relationships(follower_id, [followee_id])
        return follows


@dataclass(slots=True)
class _Follow:
    graph: JournaledFollowGraph
    memory: MemoryFollowGraph
    follower_id: str
    followee_id: str
    follow_id: int = 0

    @property
    def touches(self) -> Hashable:
        return self.follower_id, self.followee_id

    def write(self, database: sqlite3.Connection) -> None:
        self.follow_id = self.graph.next_follow_id()
        # Somebody may have followed at the same moment; that follow stays.
        database.execute(
            "INSERT OR IGNORE INTO follows VALUES (?, ?, ?)", (self.follow_id, self.follower_id, self.followee_id)
        )

    def apply(self) -> bool:
        return self.memory.add(self.follower_id, self.followee_id, self.follow_id)


@dataclass(frozen=True, slots=True)
class _Unfollow:
    memory: MemoryFollowGraph
    follower_id: str
    followee_id: str

    @property
    def touches(self) -> Hashable:
        return self.follower_id, self.followee_id

    def write(self, database: sqlite3.Connection) -> None:
        database.execute(
            "DELETE FROM follows WHERE follower_id = ? AND followee_id = ?", (self.follower_id, self.followee_id)
        )

    def apply(self) -> bool:
        return self.memory.unfollow(self.follower_id, self.followee_id)
