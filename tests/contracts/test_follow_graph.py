from collections.abc import Sequence

import pytest

from app.compose.ports import FollowGraph
from tests.contracts.limits import ALL, NEWEST


def following(graph: FollowGraph, user_id: str) -> list[str]:
    return [name for _, name in graph.following_before(user_id, NEWEST, ALL)]


def followers(graph: FollowGraph, user_id: str) -> list[str]:
    return [name for _, name in graph.followers_before(user_id, NEWEST, ALL)]


def test_a_follow_is_seen_from_both_sides(graph: FollowGraph) -> None:
    assert graph.follow("alice", "bob") is True
    assert graph.followees("alice").authors == {"bob"}
    assert following(graph, "alice") == ["bob"]
    assert followers(graph, "bob") == ["alice"]
    assert list(graph.followers_after("bob", 0, 10)[0]) == ["alice"]
    assert (graph.following_count("alice"), graph.followers_count("alice")) == (1, 0)
    assert (graph.following_count("bob"), graph.followers_count("bob")) == (0, 1)


def test_repeating_a_follow_changes_nothing(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    graph.follow("alice", "carol")
    before = graph.followers_before("bob", NEWEST, ALL)
    assert graph.follow("alice", "bob") is False
    assert following(graph, "alice") == ["carol", "bob"]
    assert graph.followers_before("bob", NEWEST, ALL) == before


def test_an_unfollow_is_seen_from_both_sides(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    graph.follow("alice", "carol")
    assert graph.unfollow("alice", "bob") is True
    assert graph.followees("alice").authors == {"carol"}
    assert followers(graph, "bob") == []
    assert list(graph.followers_after("bob", 0, 10)[0]) == []
    assert (graph.following_count("alice"), graph.followers_count("bob")) == (1, 0)


@pytest.mark.parametrize("pair", [("bob", "alice"), ("alice", "dan"), ("dan", "alice"), ("dan", "erin"), ("al", "bob")])
def test_unfollowing_a_user_who_is_not_followed_changes_nothing(graph: FollowGraph, pair: tuple[str, str]) -> None:
    graph.follow("alice", "bob")
    assert graph.unfollow(*pair) is False
    assert following(graph, "alice") == ["bob"]


def test_user_ids_are_case_sensitive(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    assert graph.follow("Alice", "bob") is True
    assert graph.unfollow("alice", "Bob") is False
    assert followers(graph, "bob") == ["Alice", "alice"]


def test_an_unknown_user_has_no_follows(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    assert graph.followees("dan").authors == set()
    assert graph.followees("dan").newest_follow_id == 0
    assert (following(graph, "dan"), followers(graph, "dan")) == ([], [])
    assert list(graph.followers_after("dan", 0, 10)[0]) == []
    assert (graph.following_count("dan"), graph.followers_count("dan")) == (0, 0)


def test_follow_ids_increase_over_all_users(graph: FollowGraph) -> None:
    pairs = [("alice", "bob"), ("carol", "bob"), ("alice", "dan"), ("dan", "alice")]
    ids = []
    for follower, followee in pairs:
        graph.follow(follower, followee)
        ids.append(graph.followees(follower).newest_follow_id)
    assert ids == sorted(set(ids))
    assert ids[0] > 0


def test_a_follow_has_the_same_id_on_both_sides(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    [(id_here, _)] = graph.following_before("alice", NEWEST, ALL)
    [(id_there, _)] = graph.followers_before("bob", NEWEST, ALL)
    assert id_here == id_there == graph.followees("alice").newest_follow_id == graph.followers_after("bob", 0, 10)[1]


def test_a_refollow_is_the_newest_follow(graph: FollowGraph) -> None:
    for followee in ("bob", "carol"):
        graph.follow("alice", followee)
    mark = graph.followees("alice").newest_follow_id
    graph.unfollow("alice", "bob")
    graph.follow("alice", "bob")
    assert graph.followees("alice").followed_after(mark) == ["bob"]
    assert following(graph, "alice") == ["bob", "carol"]
    assert followers(graph, "bob") == ["alice"]


def test_unfollowing_the_newest_followee_makes_the_previous_one_the_newest(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    first = graph.followees("alice").newest_follow_id
    graph.follow("alice", "carol")
    graph.unfollow("alice", "carol")
    assert graph.followees("alice").newest_follow_id == first
    assert graph.followees("alice").followed_after(first - 1) == ["bob"]


def test_returned_followees_never_change(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    before = graph.followees("alice")
    graph.follow("alice", "carol")
    both = graph.followees("alice")
    graph.unfollow("alice", "bob")
    assert before.authors == {"bob"}
    assert both.authors == {"bob", "carol"}
    assert both.followed_after(0) == ["carol", "bob"]
    assert graph.followees("alice").authors == {"carol"}


def test_every_follow_and_unfollow_of_a_user_raises_the_version(graph: FollowGraph) -> None:
    versions = [graph.follows_version("alice")]
    for change, author in [
        (graph.follow, "bob"),
        (graph.follow, "carol"),
        (graph.unfollow, "bob"),
        (graph.follow, "bob"),
        (graph.unfollow, "carol"),
        (graph.unfollow, "bob"),
    ]:
        change("alice", author)
        versions.append(graph.follows_version("alice"))
        assert graph.followees("alice").version == versions[-1]
    assert versions == sorted(set(versions))


def test_the_version_stays_while_the_followees_stay(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    before = graph.follows_version("alice")
    graph.follow("alice", "bob")
    graph.unfollow("alice", "carol")
    graph.follow("bob", "alice")
    graph.follow("carol", "bob")
    graph.unfollow("bob", "alice")
    assert graph.follows_version("alice") == graph.followees("alice").version == before
    assert graph.follows_version("nobody") == graph.followees("nobody").version


@pytest.mark.parametrize("reads_every", [0, 1, 2, 3])
def test_reads_between_changes_make_no_difference(graph: FollowGraph, reads_every: int) -> None:
    changes = [(graph.follow, "bob"), (graph.follow, "carol"), (graph.unfollow, "bob"), (graph.unfollow, "carol")]
    for at, (change, author) in enumerate([*changes, *changes, *changes[:2], changes[2], changes[0]]):
        assert change("alice", author)
        assert not change("alice", author)
        if reads_every and at % reads_every == 0:
            graph.followees("alice")
    assert following(graph, "alice") == ["bob", "carol"]
    assert graph.relationships("alice", ["bob", "carol", "dan"]) == [(True, False), (True, False), (False, False)]
    assert graph.following_count("alice") == 2
    assert (followers(graph, "bob"), followers(graph, "carol")) == (["alice"], ["alice"])


def test_returned_lists_never_change(graph: FollowGraph) -> None:
    graph.follow("alice", "bob")
    here, there = graph.following_before("alice", NEWEST, ALL), graph.followers_before("bob", NEWEST, ALL)
    slice_, _ = graph.followers_after("bob", 0, 10)
    graph.unfollow("alice", "bob")
    graph.follow("carol", "bob")
    assert [name for _, name in here] == ["bob"]
    assert [name for _, name in there] == ["alice"] == list(slice_)
    assert followers(graph, "bob") == ["carol"]


@pytest.mark.parametrize(
    ("others", "related"),
    [
        ([], []),
        (["bob", "carol", "dan"], [(True, True), (True, False), (False, True)]),
        (["dan", "nobody", "alice", "dan"], [(False, True), (False, False), (False, False), (False, True)]),
    ],
)
def test_relationships_are_returned_in_the_requested_order(
    graph: FollowGraph, others: Sequence[str], related: list[tuple[bool, bool]]
) -> None:
    for follower, followee in [("alice", "bob"), ("bob", "alice"), ("alice", "carol"), ("dan", "alice")]:
        graph.follow(follower, followee)
    assert graph.relationships("alice", others) == related


def test_a_user_without_followees_can_be_followed(graph: FollowGraph) -> None:
    graph.follow("bob", "new")
    assert graph.relationships("new", ["bob", "carol"]) == [(False, True), (False, False)]
    assert graph.relationships("nobody", ["bob"]) == [(False, False)]
