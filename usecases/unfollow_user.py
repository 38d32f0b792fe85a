"""Unfollow a user."""

from dataclasses import dataclass
from typing import Protocol

from domain.user import User
from usecases.allowance import AllowanceLeft, WriteAllowance


@dataclass(frozen=True, slots=True)
class UnfollowUserRequest:
    follower_id: str
    followee_id: str


class FollowGraph(Protocol):
    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        """Removes the follow; returns False if there was none."""


class UnfollowUser:
    """Ends a follow. It is idempotent.

    Timelines keep the entries: every read drops entries of authors who are not followed.
    """

    def __init__(self, graph: FollowGraph, allowance: WriteAllowance) -> None:
        self._graph = graph
        self._allowance = allowance

    def execute(self, request: UnfollowUserRequest) -> AllowanceLeft | None:
        """Returns the user's remaining writes; None if writes are not limited."""
        follower, followee = User(request.follower_id), User(request.followee_id)
        left = self._allowance.spend(follower.id)
        self._graph.unfollow(follower.id, followee.id)
        return left
