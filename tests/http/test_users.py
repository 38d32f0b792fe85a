"""Users, their counts, and their relationships."""

import pytest

from tests.http.client import Client
from tests.http.conftest import SignIn
from tests.http.problems import assert_problem


def test_an_unknown_user_has_zero_counts(anyone: Client) -> None:
    answer = anyone.get("/v1/users/nobody")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"id": "nobody", "tweets_count": 0, "followers_count": 0, "following_count": 0}


def test_counts_reflect_deletions_follows_and_unfollows(alice: Client, bob: Client, anyone: Client) -> None:
    alice.publish()
    deleted = alice.publish()["id"]
    assert alice.delete(f"/v1/tweets/{deleted}").status == 204
    alice.follow("bob")
    alice.follow("carol")
    alice.unfollow("carol")
    bob.follow("alice")
    bob.follow("alice")
    assert anyone.get("/v1/users/alice").json() == {
        "id": "alice",
        "tweets_count": 1,
        "followers_count": 1,
        "following_count": 1,
    }


@pytest.mark.parametrize("me", ["me", "%6De"])
def test_me_is_the_caller(alice: Client, bob: Client, anyone: Client, me: str) -> None:
    alice.publish()
    bob.follow("alice")
    assert alice.get(f"/v1/users/{me}").json() == anyone.get("/v1/users/alice").json()
    assert bob.get(f"/v1/users/{me}").json()["id"] == "bob"
    assert_problem(anyone.get(f"/v1/users/{me}"), 401, "unauthenticated", {"header": "X-User-Id"})


def test_user_ids_are_case_sensitive(alice: Client, sign_in: SignIn, anyone: Client) -> None:
    alice.publish()
    sign_in("Alice").follow("alice")
    assert anyone.get("/v1/users/Alice").json()["tweets_count"] == 0
    assert anyone.get("/v1/users/alice").json()["followers_count"] == 1
    assert_problem(sign_in("Alice").get("/v1/users/alice/timeline"), 403, "forbidden")


def test_relationships_go_both_ways(alice: Client, sign_in: SignIn) -> None:
    for user_id in ("both", "followed"):
        alice.follow(user_id)
    for user_id in ("both", "follower"):
        sign_in(user_id).follow("alice")
    answer = alice.get("/v1/users/me/relationships?ids=stranger,both,follower,followed,alice")
    assert answer.status == 200
    assert answer.json() == {
        "data": [
            {"id": "stranger", "following": False, "followed_by": False},
            {"id": "both", "following": True, "followed_by": True},
            {"id": "follower", "following": False, "followed_by": True},
            {"id": "followed", "following": True, "followed_by": False},
            {"id": "alice", "following": False, "followed_by": False},
        ]
    }


@pytest.mark.parametrize("count", [1, 2, 100])
@pytest.mark.parametrize("separator", [",", "&ids="])
def test_relationships_take_up_to_100_ids_in_one_parameter_or_many(alice: Client, count: int, separator: str) -> None:
    ids = [f"user{number}" for number in range(count)]
    answer = alice.get(f"/v1/users/me/relationships?ids={separator.join(ids)}")
    assert [other["id"] for other in answer.json()["data"]] == ids


def test_relationships_may_mix_lists_and_repeat_ids(alice: Client) -> None:
    answer = alice.get("/v1/users/me/relationships?ids=bob,carol&ids=dave&ids=bob")
    assert [other["id"] for other in answer.json()["data"]] == ["bob", "carol", "dave"]


def test_only_the_user_reads_the_relationships_under_their_id(alice: Client, bob: Client) -> None:
    assert alice.get("/v1/users/alice/relationships?ids=bob").status == 200
    assert_problem(bob.get("/v1/users/alice/relationships?ids=bob"), 403, "forbidden")
