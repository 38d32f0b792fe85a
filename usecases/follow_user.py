"""Follow a user."""

from dataclasses import dataclass
from typing import Protocol

from domain.user import User
from usecases.allowance import AllowanceLeft, WriteAllowance


@dataclass(frozen=True, slots=True)
class FollowUserRequest:
    follower_id: str
    followee_id: str


class FollowGraph(Protocol):
    def follow(self, follower_id: str, followee_id: str) -> bool:
        """Adds the follow with a new, larger follow id; returns False, and changes nothing, if it exists already."""


class FollowUser:
    """Makes one user follow another. It is idempotent, and raises `SelfFollow` if both are the same user.

    The follow is one write. The next read shows the followee's tweets: it finds a follow newer than the timeline's
    merge mark, and merges the author's log.
    """

    def __init__(self, graph: FollowGraph, allowance: WriteAllowance) -> None:
        self._graph = graph
        self._allowance = allowance

    def execute(self, request: FollowUserRequest) -> AllowanceLeft | None:
        """Returns the user's remaining writes; None if writes are not limited."""
        follower, followee = User(request.follower_id), User(request.followee_id)
        follower.check_may_follow(followee)
        left = self._allowance.spend(follower.id)
        self._graph.follow(follower.id, followee.id)
        return left
