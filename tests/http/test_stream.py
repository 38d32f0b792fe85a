"""The route of the stream: who may open it, from where it goes on, and what its events look like."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app

from app.config import Settings
from app.container import build
from app.perch import Perch
from domain.errors import Unavailable
from infrastructure.memory.tweets import MemoryTweets
from tests.http.client import Client
from tests.http.conftest import KEY, SignIn
from tests.http.opened import STREAM, Opened
from tests.http.problems import assert_problem
from tests.http.tokens import HS256, bearer, shared
from tests.http.wire import InProcess, Request, wsgi_environ

OpenStream = Callable[..., Opened]


@pytest.fixture
def open_stream(perch: Perch) -> Iterator[OpenStream]:
    opened: list[Opened] = []

    def open_stream(*headers: tuple[str, str], user: str = "bob", **more: Any) -> Opened:  # noqa: ANN401
        opened.append(Opened(perch, ("X-User-Id", user), *headers, **more))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


def test_it_is_a_stream_of_events_for_this_caller_alone(open_stream: OpenStream) -> None:
    stream = open_stream(("X-Request-Id", "mine"))
    assert stream.status == HTTPStatus.OK
    headers = stream.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Vary"] == "X-User-Id"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Request-Id"] == "mine"
    assert "Content-Length" not in headers


def test_it_starts_with_where_it_starts(open_stream: OpenStream, alice: Client) -> None:
    assert open_stream().read() == ":\nid: 0\n\n"
    tweet = alice.publish()
    assert open_stream().read() == f":\nid: {tweet['id']}\n\n"


def test_an_event_is_the_tweet_as_everywhere_else(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    tweet = alice.publish("two\nlines, \u2028 and a bird \U0001f426")
    event, identifier, data, *empty = stream.read().split("\n")
    assert (event, identifier, empty) == ("event: tweet", f"id: {tweet['id']}", ["", ""])
    assert data == "data: " + alice.get(f"/v1/tweets/{tweet['id']}").body.decode()
    assert json.loads(data.removeprefix("data: ")) == tweet


def test_it_goes_on_after_the_last_event(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    ids = [alice.publish(f"number {number}")["id"] for number in range(4)]
    stream = open_stream(("Last-Event-ID", ids[1]))
    stream.read()
    lines = stream.read().split("\n")
    assert [line for line in lines if line.startswith("id:")] == [f"id: {id_}" for id_ in ids[2:]]


def test_one_goes_on_from_a_page_where_it_ends(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    alice.publish("on the page")
    page = bob.page("/v1/users/me/timeline")
    tweet = alice.publish("after the page")
    stream = open_stream(("Last-Event-ID", page["meta"]["since_id"]))
    stream.read()
    assert stream.read().count("event:") == 1
    assert tweet["id"] > page["meta"]["since_id"]


def test_ones_own_tweets_are_not_in_it(open_stream: OpenStream, bob: Client, alice: Client) -> None:
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    bob.publish("mine")
    alice.publish("hers")
    assert '"hers"' in (came := stream.read())
    assert '"mine"' not in came


@pytest.mark.parametrize("sent", ["", " ", "\t"])
def test_an_empty_last_event_id_is_none(open_stream: OpenStream, alice: Client, sent: str) -> None:
    tweet = alice.publish()
    assert open_stream(("Last-Event-ID", sent)).read() == f":\nid: {tweet['id']}\n\n"


def test_zero_is_the_beginning(open_stream: OpenStream, alice: Client) -> None:
    alice.publish()
    assert open_stream(("Last-Event-ID", "0")).read() == ":\nid: 0\n\n"


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "01", "1, 2", "9" * 19, "9" * 5000, "1 2", "\u00b2"])
def test_a_last_event_id_that_is_none_is_named(bob: Client, sent: str) -> None:
    answer = bob.get(STREAM, ("Last-Event-ID", sent))
    assert_problem(answer, 422, "invalid-input", {"header": "Last-Event-ID"})


def test_it_is_checked_like_any_other_route(alice: Client, anyone: Client, sign_in: SignIn) -> None:
    assert_problem(anyone.get(STREAM), 401, "unauthenticated", {"header": "X-User-Id"})
    assert_problem(alice.get("/v1/users/bob/timeline/stream"), 403, "forbidden")
    assert_problem(sign_in("a b").get(STREAM), 400, "malformed-identity", {"header": "X-User-Id"})
    assert_problem(alice.get(f"{STREAM}?limit=1"), 422, "invalid-input", {"parameter": "limit"})
    assert_problem(alice.post(STREAM, {}), 405, "method-not-allowed")


def test_ones_own_name_may_stand_for_me(perch: Perch) -> None:
    request = Request("GET", "/v1/users/bob/timeline/stream", [("X-User-Id", "bob")])
    body, status, _ = run_wsgi_app(perch.app, wsgi_environ(request))
    assert status == "200 OK"
    body.close()  # type: ignore[attr-defined]


def test_a_head_request_opens_nothing(perch: Perch, open_stream: OpenStream) -> None:
    stream = open_stream(method="HEAD")
    assert (stream.status, stream.rest()) == (HTTPStatus.OK, "")
    stream.close()
    assert perch.subscriptions.counts().open == 0


def test_closing_it_unread_gives_its_place_back(perch: Perch, open_stream: OpenStream) -> None:
    stream = open_stream()
    assert perch.subscriptions.counts().open == 1
    stream.close()
    assert perch.subscriptions.counts().open == 0


def test_it_ends_when_its_client_goes_away(perch: Perch, open_stream: OpenStream) -> None:
    told: list[Callable[[], object]] = []
    stream = open_stream(**{"perch.when_gone": told.append})
    [gone] = told
    stream.read()
    gone()
    assert perch.subscriptions.counts().open == 0
    assert "event:" not in stream.rest()


def test_one_more_than_the_limit_is_refused() -> None:
    with build(Settings(secret_key=KEY, max_streams=0), run_worker=False) as perch:
        answer = Client(InProcess(perch.app), "bob").get(STREAM)
        assert_problem(answer, 503, "overloaded")
        assert answer.headers["Retry-After"] == "5"
        assert perch.subscriptions.counts().shed == 1


def test_a_drain_ends_it_with_when_to_come_back(perch: Perch, open_stream: OpenStream) -> None:
    stream = open_stream()
    stream.read()
    perch.drain()
    retry = stream.rest()
    assert retry.startswith("retry: ")
    assert retry.endswith("\n\n")
    assert 1000 <= int(retry.removeprefix("retry: ")) <= 3000
    late = open_stream()
    assert late.read().startswith(":\n")
    assert late.rest().startswith("retry: ")
    stream.close()
    assert perch.subscriptions.counts().open == 0


def test_a_store_that_fails_sends_the_client_away_to_come_back(
    open_stream: OpenStream,
    alice: Client,
    bob: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bob.follow("alice")
    stream = open_stream(("X-Request-Id", "the-streams"))
    start = stream.read()
    tweet = alice.publish()

    def fail(*_: object) -> None:
        raise Unavailable("the store does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryTweets, "get_many", fail)
        assert stream.rest().startswith("retry: ")
    assert "the store does not answer" in caplog.text
    assert "request_id='the-streams'" in caplog.text
    again = open_stream(("Last-Event-ID", start.split()[-1]))
    again.read()
    assert f"id: {tweet['id']}\n" in again.read()


def test_it_is_for_those_with_a_token_too() -> None:
    with build(Settings.from_environment({**HS256, "SECRET_KEY": KEY}), run_worker=False) as perch:
        stream = Opened(perch, bearer(shared()))
        assert stream.status == HTTPStatus.OK
        assert stream.headers["Vary"] == "Authorization"
        stream.close()
        assert_problem(
            Client(InProcess(perch.app), "bob").get(STREAM), 401, "unauthenticated", {"header": "Authorization"}
        )


def test_pages_of_other_origins_may_open_it() -> None:
    with build(Settings(secret_key=KEY, cors_origins=("https://app.example",)), run_worker=False) as perch:
        origin = ("Origin", "https://app.example")
        stream = Opened(perch, ("X-User-Id", "bob"), origin)
        assert stream.headers["Access-Control-Allow-Origin"] == "https://app.example"
        stream.close()
