"""Unfollow a user."""

from dataclasses import dataclass
from typing import Protocol

from domain.user import User


@dataclass(frozen=True, slots=True)
class UnfollowUserRequest:
    follower_id: str
    followee_id: str


class FollowGraph(Protocol):
    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        """Removes the follow; False when there was none."""


class UnfollowUser:
    """Ends a follow; where there is none, nothing changes.

    Timelines keep the entries: every read drops those of authors who are not followed.
    """

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph

    def execute(self, request: UnfollowUserRequest) -> None:
        self._graph.unfollow(User(request.follower_id).id, User(request.followee_id).id)
