"""Get the relationships between a user and other users."""

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
    """The other user's `id`. `following`: the user follows them. `followed_by`: they follow the user."""

    id: str
    following: bool
    followed_by: bool


class FollowGraph(Protocol):
    def relationships(self, user_id: str, other_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """Returns a pair for each other user: `user_id` follows them, they follow `user_id`."""


class GetRelationships:
    """Returns one user's relationships with other users, in the order of the request, as of one moment."""

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph

    def execute(self, request: GetRelationshipsRequest) -> list[Relationship]:
        user = User(request.user_id)
        others = [User(other_id).id for other_id in request.other_ids]
        pairs = self._graph.relationships(user.id, others)
        return [Relationship(other, *pair) for other, pair in zip(others, pairs, strict=True)]
