"""The follow graph in memory."""

import threading
from collections.abc import Iterable, Sequence

from domain.user import NOBODY, Followees
from infrastructure.memory.follower_list import CHUNK_SIZE, FollowerList
from infrastructure.memory.users import NumberedUsers, PerUser, Users


class _Node:
    """Whom one user follows, and who follows them; the user's number, one object for all their follows.

    `followees` is what the last look gave, and `changes` what each author's follow id is since then, 0 for none.
    """

    __slots__ = ("changes", "followees", "followers", "number", "version")

    def __init__(self, number: int, chunk_size: int) -> None:
        self.number = number
        self.version = 0
        self.followees = NOBODY
        self.changes: dict[str, int] | None = None
        self.followers = FollowerList(chunk_size)

    def follow_id(self, author: str) -> int:
        """The id of the follow of this author, 0 when there is none."""
        before = self.followees.follow_id(author)
        return self.changes.get(author, before) if self.changes else before

    def change(self, author: str, follow_id: int) -> None:
        """Sets the id of the follow of this author, 0 to end it; the id is larger than all before."""
        self.version += 1
        if self.changes is None:
            self.changes = {}
        # First: the changes are in the order of the follow ids.
        self.changes.pop(author, None)
        if follow_id or self.followees.follow_id(author):
            self.changes[author] = follow_id

    def look(self) -> Followees:
        """Whom the user follows now: the same object as long as nothing changes."""
        if self.version != self.followees.version:
            self.followees = self.followees.changed(self.changes or {}, self.version)
            self.changes = None
        return self.followees


class MemoryFollowGraph:
    """Both directions of every follow, and the last follow id.

    The lock protects all of it together: both directions change in one step. It is held for microseconds; for the
    first look at a user's followees after a change it is held while these are copied.
    """

    def __init__(self, users: Users, chunk_size: int = CHUNK_SIZE) -> None:
        """`chunk_size` is that of each user's `FollowerList`."""
        self._users = users
        self._chunk_size = chunk_size
        self._lock = threading.Lock()
        self._last_follow_id = 0
        self._absent = _Node(-1, chunk_size)
        self._nodes = PerUser(users, self._absent)

    def follow(self, follower_id: str, followee_id: str) -> bool:
        """Adds the follow with the next follow id; False, and nothing changes, when it is there."""
        return self.add(follower_id, followee_id, 0)

    def add(self, follower_id: str, followee_id: str, follow_id: int) -> bool:
        """Adds the follow with this id, which is above all before; 0 takes the next. False when it is there."""
        follower_number, followee_number = self._users.number(follower_id), self._users.number(followee_id)
        with self._lock:
            follower, followee = self._node(follower_number), self._node(followee_number)
            if follower.follow_id(followee_id):
                return False
            self._last_follow_id = follow_id or self._last_follow_id + 1
            follower.change(self._users.id_of(followee_number), self._last_follow_id)
            followee.followers.append(self._last_follow_id, follower.number)
            return True

    def load(self, follows: Iterable[tuple[int, str, str]], last_follow_id: int) -> None:
        """Adds the follows of a former process: follow id, follower and followee, in the order of the follow ids.

        The next follow id is above `last_follow_id`.
        """
        for follow_id, follower_id, followee_id in follows:
            self.add(follower_id, followee_id, follow_id)
        with self._lock:
            self._last_follow_id = last_follow_id

    def last_follow_id(self) -> int:
        """The largest follow id that was given out."""
        with self._lock:
            return self._last_follow_id

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        """Removes the follow; False when there is none."""
        with self._lock:
            follower = self._nodes.get(follower_id)
            follow_id = follower.follow_id(followee_id)
            if not follow_id:
                return False
            follower.change(followee_id, 0)
            self._nodes.get(followee_id).followers.remove(follow_id)
            return True

    def followees(self, user_id: str) -> Followees:
        """Whom the user follows now."""
        with self._lock:
            return self._nodes.get(user_id).look()

    def follows_version(self, user_id: str) -> int:
        """The `version` that the user's followees have now; every follow and unfollow of this user raises it."""
        with self._lock:
            return self._nodes.get(user_id).version

    def followers_after(self, user_id: str, follow_id: int, limit: int) -> tuple[Sequence[str], int]:
        """The `limit` followers with the next larger follow ids, and the last one's follow id."""
        with self._lock:
            followers, last = self._nodes.get(user_id).followers.after(follow_id, limit)
        return NumberedUsers(self._users, followers), last

    def followers_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` pairs of follow id and follower with smaller follow ids, newest first."""
        with self._lock:
            page = self._nodes.get(user_id).followers.before(follow_id, limit)
        return [(follow_id, self._users.id_of(follower)) for follow_id, follower in page]

    def following_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` pairs of follow id and followee with smaller follow ids, newest first."""
        return self.followees(user_id).page_before(follow_id, limit)

    def followers_count(self, user_id: str) -> int:
        with self._lock:
            return len(self._nodes.get(user_id).followers)

    def following_count(self, user_id: str) -> int:
        return len(self.followees(user_id).authors)

    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """Returns a pair for each other user, as of one moment: `user_id` follows them, they follow `user_id`."""
        with self._lock:
            user = self._nodes.get(user_id)
            return [
                (user.follow_id(other_id) > 0, self._nodes.get(other_id).follow_id(user_id) > 0)
                for other_id in other_ids
            ]

    def _node(self, number: int) -> _Node:
        node = self._nodes.at(number)
        if node is self._absent:
            node = _Node(number, self._chunk_size)
            self._nodes.set(number, node)
        return node
