"""The home timeline: the tweets of a user's followees, and no others."""

from collections.abc import Callable

import pytest

from app.compose import Perch
from tests.http.client import Client
from tests.http.conftest import SignIn
from tests.http.problems import assert_problem

TIMELINE = "/v1/users/me/timeline"

Deliver = Callable[[], None]


@pytest.fixture(params=[True, False], ids=["pushed", "unpushed"])
def deliver(request: pytest.FixtureRequest, perch: Perch) -> Deliver:
    """Pushes all tweets, or leaves them to be pulled; the timelines must be the same."""

    def push() -> None:
        while request.param and perch.work.fan_out.step():
            pass

    return push


def texts(client: Client, target: str = TIMELINE) -> list[str]:
    return [tweet["text"] for tweet in client.page(target)["data"]]


def test_an_empty_timeline_is_an_empty_page(alice: Client) -> None:
    assert alice.page(TIMELINE) == {"data": [], "meta": {"next_cursor": None, "since_id": "0"}}


def test_a_timeline_has_the_tweets_of_followees_newest_first(
    alice: Client, bob: Client, sign_in: SignIn, deliver: Deliver
) -> None:
    alice.follow("bob")
    alice.follow("carol")
    first, second, third = bob.publish("first"), sign_in("carol").publish("second"), bob.publish("third")
    stranger = sign_in("dave").publish("not for alice")
    deliver()
    answer = alice.get(TIMELINE)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "data": [third, second, first],
        "meta": {"next_cursor": None, "since_id": stranger["id"]},
    }


def test_a_follow_shows_older_tweets_on_the_next_read(alice: Client, bob: Client, deliver: Deliver) -> None:
    bob.publish("before")
    deliver()
    assert texts(alice) == []
    alice.follow("bob")
    assert texts(alice) == ["before"]


def test_an_unfollow_shows_on_the_next_read(alice: Client, bob: Client, deliver: Deliver) -> None:
    alice.follow("bob")
    bob.publish("hello")
    deliver()
    assert texts(alice) == ["hello"]
    alice.unfollow("bob")
    assert texts(alice) == []


def test_a_deletion_shows_on_the_next_read(alice: Client, bob: Client, deliver: Deliver) -> None:
    alice.follow("bob")
    bob.publish("kept")
    deleted = bob.publish("deleted")["id"]
    deliver()
    assert texts(alice) == ["deleted", "kept"]
    assert bob.delete(f"/v1/tweets/{deleted}").status == 204
    assert texts(alice) == ["kept"]


def test_include_self_adds_the_users_own_tweets(alice: Client, bob: Client, deliver: Deliver) -> None:
    alice.follow("bob")
    alice.publish("mine")
    bob.publish("theirs")
    deliver()
    assert texts(alice) == ["theirs"]
    assert texts(alice, f"{TIMELINE}?include_self=false") == ["theirs"]
    assert texts(alice, f"{TIMELINE}?include_self=true") == ["theirs", "mine"]


def test_include_self_shows_own_tweets_to_a_user_without_followees(alice: Client, deliver: Deliver) -> None:
    alice.publish("mine")
    deliver()
    assert texts(alice) == []
    assert texts(alice, f"{TIMELINE}?include_self=true") == ["mine"]


def test_only_the_user_reads_the_timeline_under_their_id(alice: Client, bob: Client) -> None:
    alice.follow("bob")
    bob.publish("hello")
    assert texts(alice, "/v1/users/alice/timeline") == ["hello"]
    assert_problem(bob.get("/v1/users/alice/timeline"), 403, "forbidden")
    assert_problem(bob.get("/v1/users/nobody/timeline"), 403, "forbidden")
