"""Publishing, reading, listing and deleting tweets."""

import re

import pytest

from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.client import Client
from tests.http.problems import assert_problem

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_published_tweet_is_returned_with_its_location(alice: Client) -> None:
    answer = alice.post("/v1/tweets", {"text": "hello"})
    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/json"
    tweet = answer.json()
    assert tweet.keys() == {"id", "author_id", "text", "created_at"}
    assert (tweet["author_id"], tweet["text"]) == ("alice", "hello")
    assert tweet["id"].isdecimal()
    assert TIME.fullmatch(tweet["created_at"])
    assert answer.headers["Location"] == f"/v1/tweets/{tweet['id']}"


def test_anyone_gets_a_tweet_as_it_was_published(alice: Client, anyone: Client) -> None:
    published = alice.post("/v1/tweets", {"text": "hello"})
    got = anyone.get(published.headers["Location"])
    assert got.status == 200
    assert got.headers["Content-Type"] == "application/json"
    assert got.body == published.body


@pytest.mark.parametrize(
    ("now_ms", "created_at"),
    [
        (1_795_330_800_123, "2026-11-22T07:00:00.123Z"),
        (1_795_330_800_000, "2026-11-22T07:00:00.000Z"),
        (1_709_164_799_999, "2024-02-28T23:59:59.999Z"),
    ],
)
def test_times_are_utc_with_milliseconds(now_ms: int, created_at: str) -> None:
    alice = Client(in_process(clock=ManualClock(now_ms)), "alice")
    assert alice.publish()["created_at"] == created_at


def test_ids_increase(alice: Client, bob: Client) -> None:
    ids = [int(author.publish()["id"]) for author in (alice, bob, alice, bob)]
    assert ids == sorted(set(ids))


def test_an_author_deletes_a_tweet_once(alice: Client, anyone: Client) -> None:
    location = f"/v1/tweets/{alice.publish()['id']}"
    answer = alice.delete(location)
    assert (answer.status, answer.body) == (204, b"")
    assert_problem(anyone.get(location), 404, "tweet-not-found")
    assert_problem(alice.delete(location), 404, "tweet-not-found")


def test_tweets_are_listed_by_author_newest_first(alice: Client, bob: Client, anyone: Client) -> None:
    first, second = alice.publish("first"), alice.publish("second")
    bob.publish()
    page = anyone.page("/v1/users/alice/tweets")
    assert page == {"data": [second, first], "meta": {"next_cursor": None}}


def test_a_deleted_tweet_is_not_listed(alice: Client, anyone: Client) -> None:
    kept, deleted = alice.publish(), alice.publish()
    assert alice.delete(f"/v1/tweets/{deleted['id']}").status == 204
    assert anyone.page("/v1/users/alice/tweets")["data"] == [kept]


def test_texts_are_bounded_by_the_setting() -> None:
    alice = Client(in_process({"TWEET_MAX_LENGTH": "3"}), "alice")
    assert alice.publish("\U0001f600" * 3)["text"] == "\U0001f600" * 3
    assert_problem(alice.post("/v1/tweets", {"text": "four"}), 422, "invalid-input", {"pointer": "/text"})
