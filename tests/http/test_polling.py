"""Polling with since_id: each newer tweet is returned once."""

import pytest

from domain.tweet_id import next_tweet_id
from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.walking import walk

TIMELINE = "/v1/users/me/timeline"
A_DAY_MS = 24 * 3600 * 1000


@pytest.fixture(autouse=True)
def _alice_follows_bob(alice: Client) -> None:
    alice.follow("bob")


@pytest.mark.parametrize(("ahead_ms", "status"), [(0, 200), (A_DAY_MS, 200), (A_DAY_MS + 1, 422)])
def test_a_since_id_may_be_a_day_ahead(ahead_ms: int, status: int) -> None:
    clock = ManualClock()
    client = Client(in_process(clock=clock), "alice")
    since_id = next_tweet_id(0, clock.now_ms() + ahead_ms, node_id=0)
    answer = client.get(f"/v1/users/me/timeline?since_id={since_id}")
    assert answer.status == status
    if status == 200:
        assert answer.json()["meta"]["since_id"] == str(since_id)
    else:
        assert_problem(answer, 422, "invalid-input", {"parameter": "since_id"})
        streamed = client.get("/v1/users/me/timeline/stream", ("Last-Event-ID", str(since_id)))
        assert_problem(streamed, 422, "invalid-input", {"header": "Last-Event-ID"})


def test_ids_that_were_given_before_the_clock_was_set_back_are_accepted() -> None:
    clock = ManualClock()
    transport = in_process(clock=clock)
    bob, alice = Client(transport, "bob"), Client(transport, "alice")
    alice.follow("bob")
    since_id = bob.publish()["id"]
    clock.set_back(2 * A_DAY_MS)
    assert alice.page(f"{TIMELINE}?since_id={since_id}")["meta"]["since_id"] == since_id
    missed = bob.publish()
    assert alice.page(f"{TIMELINE}?since_id={since_id}")["data"] == [missed]
    never_given = next_tweet_id(0, clock.now_ms() + 3 * A_DAY_MS, node_id=0)
    assert alice.get(f"{TIMELINE}?since_id={never_given}").status == 422


def test_a_poll_returns_newer_tweets(alice: Client, bob: Client) -> None:
    bob.publish("before")
    since_id = alice.page(TIMELINE)["meta"]["since_id"]
    first, second = bob.publish("first"), bob.publish("second")
    page = alice.page(f"{TIMELINE}?since_id={since_id}")
    assert page == {"data": [second, first], "meta": {"next_cursor": None, "since_id": second["id"]}}


def test_successive_polls_return_each_tweet_once(alice: Client, bob: Client) -> None:
    polled = []
    since_id = "0"
    for number in range(5):
        published = [bob.publish(f"{number}.{part}") for part in range(number)]
        page = alice.page(f"{TIMELINE}?since_id={since_id}")
        assert page["data"] == published[::-1]
        polled += page["data"]
        since_id = page["meta"]["since_id"]
    assert len(polled) == len(alice.page(f"{TIMELINE}?limit=100")["data"])


def test_a_poll_without_newer_tweets_is_empty_and_repeats_its_since_id(alice: Client, bob: Client) -> None:
    since_id = bob.publish()["id"]
    page = alice.page(f"{TIMELINE}?since_id={since_id}")
    assert page == {"data": [], "meta": {"next_cursor": None, "since_id": since_id}}


def test_since_id_moves_past_tweets_that_are_not_shown(alice: Client, bob: Client) -> None:
    since_id = alice.publish()["id"]
    assert alice.page(f"{TIMELINE}?since_id=0")["meta"]["since_id"] == since_id
    tweet = bob.publish()
    assert alice.page(f"{TIMELINE}?since_id={since_id}")["data"] == [tweet]


def test_since_id_never_goes_back(alice: Client, bob: Client) -> None:
    ahead = str(int(bob.publish()["id"]) + 1)
    page = alice.page(f"{TIMELINE}?since_id={ahead}")
    assert page == {"data": [], "meta": {"next_cursor": None, "since_id": ahead}}


def test_a_poll_in_pages_ends_at_its_since_id(alice: Client, bob: Client) -> None:
    for number in range(3):
        bob.publish(f"old {number}")
    since_id = alice.page(TIMELINE)["meta"]["since_id"]
    news = [bob.publish(f"new {number}") for number in range(5)][::-1]
    pages = list(walk(alice, f"{TIMELINE}?limit=2&since_id={since_id}"))
    assert [page["data"] for page in pages] == [news[:2], news[2:4], news[4:]]
    assert {page["meta"]["since_id"] for page in pages} == {news[0]["id"]}


def test_tweets_published_during_a_poll_in_pages_belong_to_the_next_poll(alice: Client, bob: Client) -> None:
    news = [bob.publish(f"new {number}") for number in range(3)][::-1]
    walked, late = [], []
    for page in walk(alice, f"{TIMELINE}?limit=1&since_id=0"):
        walked += page["data"]
        since_id = page["meta"]["since_id"]
        late.append(bob.publish("late"))
    assert walked == news
    assert alice.page(f"{TIMELINE}?since_id={since_id}")["data"] == late[::-1]


def test_a_poll_with_include_self_returns_own_tweets(alice: Client, bob: Client) -> None:
    theirs, own = bob.publish(), alice.publish()
    assert alice.page(f"{TIMELINE}?since_id=0")["data"] == [theirs]
    assert alice.page(f"{TIMELINE}?since_id=0&include_self=true")["data"] == [own, theirs]


def test_a_poll_leaves_out_the_older_tweets_of_a_new_followee(alice: Client, bob: Client) -> None:
    alice.unfollow("bob")
    bob.publish("history")
    since_id = alice.page(TIMELINE)["meta"]["since_id"]
    alice.follow("bob")
    tweet = bob.publish("news")
    assert alice.page(f"{TIMELINE}?since_id={since_id}")["data"] == [tweet]
