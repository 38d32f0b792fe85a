"""Get a user's counts."""

from dataclasses import dataclass
from typing import Protocol

from domain.user import User


@dataclass(frozen=True, slots=True)
class UserCounts:
    id: str
    tweets_count: int
    followers_count: int
    following_count: int


class Tweets(Protocol):
    def count(self, author_id: str) -> int: ...


class FollowGraph(Protocol):
    def followers_count(self, user_id: str) -> int: ...

    def following_count(self, user_id: str) -> int: ...


class GetUser:
    """Returns a user's current numbers of tweets, followers and followees; all are 0 for an unknown user."""

    def __init__(self, tweets: Tweets, graph: FollowGraph) -> None:
        self._tweets = tweets
        self._graph = graph

    def execute(self, user_id: str) -> UserCounts:
        user = User(user_id)
        return UserCounts(
            user.id,
            self._tweets.count(user.id),
            self._graph.followers_count(user.id),
            self._graph.following_count(user.id),
        )
