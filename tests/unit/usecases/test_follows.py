"""Follow and unfollow a user, get relationships, and get a user's counts."""

import pytest

from domain.errors import InvalidInput, SelfFollow
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.write_allowance import Unlimited
from usecases.follow_user import FollowUser, FollowUserRequest
from usecases.get_relationships import GetRelationships, GetRelationshipsRequest, Relationship
from usecases.get_user import GetUser, UserCounts
from usecases.publish_tweet import NEVER_PULLED
from usecases.unfollow_user import UnfollowUser, UnfollowUserRequest


def follow(graph: MemoryFollowGraph, follower_id: str, followee_id: str) -> None:
    FollowUser(graph, Unlimited()).execute(FollowUserRequest(follower_id, followee_id))


def unfollow(graph: MemoryFollowGraph, follower_id: str, followee_id: str) -> None:
    UnfollowUser(graph, Unlimited()).execute(UnfollowUserRequest(follower_id, followee_id))


def test_a_follow_has_one_direction(graph: MemoryFollowGraph) -> None:
    follow(graph, "alice", "bob")
    assert graph.followees("alice").authors == {"bob"}
    assert graph.followees("bob").authors == set()


def test_users_cannot_follow_themselves(graph: MemoryFollowGraph) -> None:
    with pytest.raises(SelfFollow):
        follow(graph, "alice", "alice")
    assert graph.followees("alice").authors == set()


@pytest.mark.parametrize(("follower", "followee"), [("alice", ".."), ("me", "bob"), ("", "bob"), ("alice", "b b")])
def test_follow_and_unfollow_need_valid_user_ids(graph: MemoryFollowGraph, follower: str, followee: str) -> None:
    with pytest.raises(InvalidInput):
        follow(graph, follower, followee)
    with pytest.raises(InvalidInput):
        unfollow(graph, follower, followee)
    assert graph.followers_count(followee) == 0


def test_an_unfollow_ends_the_follow(graph: MemoryFollowGraph) -> None:
    follow(graph, "alice", "bob")
    follow(graph, "alice", "carol")
    unfollow(graph, "alice", "bob")
    assert graph.followees("alice").authors == {"carol"}
    assert graph.followers_count("bob") == 0


def test_unfollowing_a_user_who_is_not_followed_changes_nothing(graph: MemoryFollowGraph) -> None:
    follow(graph, "bob", "alice")
    unfollow(graph, "alice", "bob")
    unfollow(graph, "alice", "alice")
    assert graph.followees("bob").authors == {"alice"}


def test_relationships_are_returned_in_the_requested_order(graph: MemoryFollowGraph) -> None:
    follow(graph, "alice", "bob")
    follow(graph, "alice", "carol")
    follow(graph, "carol", "alice")
    follow(graph, "dan", "alice")
    request = GetRelationshipsRequest("alice", ["erin", "dan", "carol", "bob", "alice", "dan"])
    assert GetRelationships(graph).execute(request) == [
        Relationship("erin", following=False, followed_by=False),
        Relationship("dan", following=False, followed_by=True),
        Relationship("carol", following=True, followed_by=True),
        Relationship("bob", following=True, followed_by=False),
        Relationship("alice", following=False, followed_by=False),
        Relationship("dan", following=False, followed_by=True),
    ]


def test_relationships_need_valid_user_ids(graph: MemoryFollowGraph) -> None:
    for request in (GetRelationshipsRequest("alice", ["bob", "."]), GetRelationshipsRequest("me", ["bob"])):
        with pytest.raises(InvalidInput):
            GetRelationships(graph).execute(request)


def test_a_users_counts_follow_every_change(tweets: MemoryTweets, graph: MemoryFollowGraph) -> None:
    first = tweets.publish("alice", "one", pull_from=NEVER_PULLED).tweet
    tweets.publish("alice", "two", pull_from=0)
    tweets.publish("bob", "three", pull_from=NEVER_PULLED)
    for follower in ("bob", "carol", "dan"):
        follow(graph, follower, "alice")
    follow(graph, "alice", "bob")
    assert GetUser(tweets, graph).execute("alice") == UserCounts("alice", 2, 3, 1)

    tweets.delete(first.id)
    unfollow(graph, "dan", "alice")
    unfollow(graph, "alice", "bob")
    assert GetUser(tweets, graph).execute("alice") == UserCounts("alice", 1, 2, 0)


def test_counts_need_a_valid_user_id(tweets: MemoryTweets, graph: MemoryFollowGraph) -> None:
    with pytest.raises(InvalidInput):
        GetUser(tweets, graph).execute("me")
