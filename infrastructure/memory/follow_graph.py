"""The follow graph in memory."""

import threading
from collections.abc import Sequence

from domain.user import Followees
from infrastructure.memory.follower_list import FollowerList
from infrastructure.memory.users import NumberedUsers, PerUser, Users


class _Node:
    """Whom one user follows, and who follows them; the user's number, one object for all their follows."""

    __slots__ = ("followers", "following", "lent", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.following: dict[str, int] = {}
        self.lent = False
        self.followers = FollowerList()

    def own_following(self) -> dict[str, int]:
        """The dict to write to: a copy, where a `Followees` has taken over the present one."""
        if self.lent:
            self.following = dict(self.following)
            self.lent = False
        return self.following


class MemoryFollowGraph:
    """Both directions of every follow, and the last follow id.

    The lock protects all of it together: both directions change in one step. It is held for microseconds; for the
    first change after a look at a user's followees it is held while these are copied.
    """

    def __init__(self, users: Users) -> None:
        self._users = users
        self._lock = threading.Lock()
        self._last_follow_id = 0
        self._nodes: PerUser[_Node | None] = PerUser(users, None)

    def follow(self, follower_id: str, followee_id: str) -> bool:
        """Adds the follow with the next follow id; False, and nothing changes, when it is there."""
        follower_number, followee_number = self._users.number(follower_id), self._users.number(followee_id)
        with self._lock:
            follower, followee = self._node(follower_number), self._node(followee_number)
            if followee_id in follower.following:
                return False
            self._last_follow_id += 1
            follower.own_following()[self._users.id_of(followee_number)] = self._last_follow_id
            followee.followers.append(self._last_follow_id, follower.number)
            return True

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        """Removes the follow; False when there is none."""
        with self._lock:
            follower, followee = self._nodes.get(follower_id), self._nodes.get(followee_id)
            if follower is None or followee is None or followee_id not in follower.following:
                return False
            followee.followers.remove(follower.own_following().pop(followee_id))
            return True

    def followees(self, user_id: str) -> Followees:
        """Whom the user follows now. Not a copy: the next change makes one instead."""
        with self._lock:
            node = self._nodes.get(user_id)
            if node is None:
                return Followees({})
            node.lent = True
            return Followees(node.following)

    def followers_after(self, user_id: str, follow_id: int, limit: int) -> tuple[Sequence[str], int]:
        """The `limit` followers with the next larger follow ids, and the last one's follow id."""
        with self._lock:
            node = self._nodes.get(user_id)
            followers, last = node.followers.after(follow_id, limit) if node else ([], follow_id)
        return NumberedUsers(self._users, followers), last

    def followers_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` pairs of follow id and follower with smaller follow ids, newest first."""
        with self._lock:
            node = self._nodes.get(user_id)
            page = node.followers.before(follow_id, limit) if node else []
        return [(follow_id, self._users.id_of(follower)) for follow_id, follower in page]

    def following_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` pairs of follow id and followee with smaller follow ids, newest first."""
        return self.followees(user_id).page_before(follow_id, limit)

    def followers_count(self, user_id: str) -> int:
        with self._lock:
            node = self._nodes.get(user_id)
            return len(node.followers) if node else 0

    def following_count(self, user_id: str) -> int:
        with self._lock:
            node = self._nodes.get(user_id)
            return len(node.following) if node else 0

    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """For each other user, as of one moment: is followed by `user_id`, follows `user_id`."""
        with self._lock:
            user = self._nodes.get(user_id)
            others = map(self._nodes.get, other_ids)
            return [
                (
                    user is not None and other_id in user.following,
                    other is not None and user_id in other.following,
                )
                for other_id, other in zip(other_ids, others, strict=True)
            ]

    def _node(self, number: int) -> _Node:
        node = self._nodes.at(number)
        if node is None:
            node = _Node(number)
            self._nodes.set(number, node)
        return node
