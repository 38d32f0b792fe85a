"""Follow, unfollow, and the lists of followers and followees."""

import pytest

from tests.http.client import Client
from tests.http.conftest import SignIn
from tests.http.problems import assert_problem


def following(client: Client, user_id: str) -> list[str]:
    return [user["id"] for user in client.page(f"/v1/users/{user_id}/following")["data"]]


def followers(client: Client, user_id: str) -> list[str]:
    return [user["id"] for user in client.page(f"/v1/users/{user_id}/followers")["data"]]


@pytest.mark.parametrize("me", ["me", "alice"])
def test_a_second_follow_changes_nothing(alice: Client, anyone: Client, me: str) -> None:
    for _ in range(2):
        answer = alice.put(f"/v1/users/{me}/following/bob")
        assert (answer.status, answer.body) == (204, b"")
    assert following(anyone, "alice") == ["bob"]
    assert followers(anyone, "bob") == ["alice"]


@pytest.mark.parametrize("me", ["me", "alice"])
def test_a_second_unfollow_changes_nothing(alice: Client, anyone: Client, me: str) -> None:
    alice.follow("bob")
    for _ in range(2):
        answer = alice.delete(f"/v1/users/{me}/following/bob")
        assert (answer.status, answer.body) == (204, b"")
    assert following(anyone, "alice") == []
    assert followers(anyone, "bob") == []


@pytest.mark.parametrize("me", ["me", "alice"])
def test_a_self_follow_is_refused(alice: Client, anyone: Client, me: str) -> None:
    answer = alice.put(f"/v1/users/{me}/following/alice")
    assert_problem(answer, 422, "self-follow", {"parameter": "user_id"})
    assert following(anyone, "alice") == []


def test_a_self_unfollow_succeeds(alice: Client) -> None:
    assert alice.delete("/v1/users/me/following/alice").status == 204


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_follow_for_another_user_is_forbidden(alice: Client, bob: Client, anyone: Client, method: str) -> None:
    alice.follow("carol")
    assert_problem(bob.send(method, "/v1/users/alice/following/dave"), 403, "forbidden")
    assert_problem(bob.send(method, "/v1/users/alice/following/carol"), 403, "forbidden")
    assert following(anyone, "alice") == ["carol"]


def test_lists_start_with_the_newest_follow(alice: Client, sign_in: SignIn, anyone: Client) -> None:
    for user_id in ("bob", "dave", "carol"):
        alice.follow(user_id)
        sign_in(user_id).follow("alice")
    expected = {"data": [{"id": "carol"}, {"id": "dave"}, {"id": "bob"}], "meta": {"next_cursor": None}}
    assert anyone.page("/v1/users/alice/following") == expected
    assert anyone.page("/v1/users/alice/followers") == expected


def test_a_repeated_follow_keeps_its_place_in_the_list(alice: Client, anyone: Client) -> None:
    for user_id in ("bob", "carol", "bob"):
        alice.follow(user_id)
    assert following(anyone, "alice") == ["carol", "bob"]


def test_a_refollow_is_listed_as_the_newest_follow(alice: Client, bob: Client, sign_in: SignIn, anyone: Client) -> None:
    alice.follow("bob")
    alice.follow("carol")
    sign_in("dave").follow("bob")
    alice.unfollow("bob")
    alice.follow("bob")
    assert following(anyone, "alice") == ["bob", "carol"]
    assert followers(bob, "bob") == ["alice", "dave"]
