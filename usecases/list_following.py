"""List whom a user follows."""

from typing import Protocol

from domain.user import User
from usecases.page import Page, PageRequest, cut


class FollowGraph(Protocol):
    def following_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """At most `limit` pairs of follow id and followee with smaller follow ids, newest first."""


class ListFollowing:
    """One page of followees, newest follow first. Pages go by follow id, so that none is skipped or repeated."""

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph

    def execute(self, request: PageRequest) -> Page[tuple[int, str]]:
        user = User(request.user_id)
        follows = self._graph.following_before(user.id, request.before, request.limit + 1)
        return cut(follows, request.limit, position=lambda follow: follow[0])
