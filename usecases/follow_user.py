"""Follow a user."""

from dataclasses import dataclass
from typing import Protocol

from domain.user import User
from usecases.allowance import WriteAllowance


@dataclass(frozen=True, slots=True)
class FollowUserRequest:
    follower_id: str
    followee_id: str


class FollowGraph(Protocol):
    def follow(self, follower_id: str, followee_id: str) -> bool:
        """Adds the follow with a new, larger follow id; False, and nothing changes, when it is there."""


class FollowUser:
    """Makes one user follow another; doing so twice changes nothing, and nobody follows themselves (`SelfFollow`).

    The follow is one write. The very next read shows the followee's tweets, because it finds a follow that is newer
    than its timeline's merge mark, and merges the author's log.
    """

    def __init__(self, graph: FollowGraph, allowance: WriteAllowance) -> None:
        self._graph = graph
        self._allowance = allowance

    def execute(self, request: FollowUserRequest) -> None:
        follower, followee = User(request.follower_id), User(request.followee_id)
        follower.check_may_follow(followee)
        self._allowance.spend(follower.id)
        self._graph.follow(follower.id, followee.id)
