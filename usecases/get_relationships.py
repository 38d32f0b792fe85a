"""Tell how a user and some others are related."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.user import User


@dataclass(frozen=True, slots=True)
class GetRelationshipsRequest:
    user_id: str
    other_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Relationship:
    """Whether the user follows this other one, and is followed by them."""

    id: str
    following: bool
    followed_by: bool


class FollowGraph(Protocol):
    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """For each other user: is followed by `user_id`, follows `user_id`."""


class GetRelationships:
    """The relationships of one user with each of some others, in the order asked for, as of one moment."""

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph

    def execute(self, request: GetRelationshipsRequest) -> list[Relationship]:
        user = User(request.user_id)
        others = [User(other_id).id for other_id in request.other_ids]
        pairs = self._graph.relationships(user.id, others)
        return [Relationship(other, *pair) for other, pair in zip(others, pairs, strict=True)]
