"""List a user's followers or followees."""

import enum
from typing import Protocol

from domain.user import User
from usecases.page import Page, PageRequest, cut


class Direction(enum.Enum):
    """The side of the follows that is listed."""

    FOLLOWERS = enum.auto()
    FOLLOWING = enum.auto()


class FollowGraph(Protocol):
    def followers_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """Returns at most `limit` pairs of follow id and follower with smaller follow ids, newest first."""

    def following_before(self, user_id: str, follow_id: int, limit: int) -> list[tuple[int, str]]:
        """Returns at most `limit` pairs of follow id and followee with smaller follow ids, newest first."""


class ListFollows:
    """Lists follows page by page, newest first. Pages go by follow id, so no follow is skipped or repeated."""

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph

    def execute(self, request: PageRequest, direction: Direction) -> Page[tuple[int, str]]:
        """Returns pairs of follow id and the other user's id; raises `InvalidInput` for a malformed user id."""
        user = User(request.user_id)
        graph = self._graph
        before = graph.followers_before if direction is Direction.FOLLOWERS else graph.following_before
        return cut(before(user.id, request.before, request.limit + 1), request.limit, position=lambda follow: follow[0])
