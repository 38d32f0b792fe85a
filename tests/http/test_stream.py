"""The stream route: access, the point where a stream resumes, and the form of its events."""

import json
from http import HTTPStatus

import pytest
from werkzeug.test import run_wsgi_app

from app.compose import Perch
from tests.built import built
from tests.http.client import Client
from tests.http.conftest import OpenStream, SignIn
from tests.http.opened import STREAM, Opened
from tests.http.problems import assert_problem
from tests.http.tokens import HS256, bearer, shared
from tests.http.wire import InProcess, Request, wsgi_environ


def test_a_stream_has_the_headers_of_private_server_sent_events(open_stream: OpenStream) -> None:
    stream = open_stream(("X-Request-Id", "mine"))
    assert stream.status == HTTPStatus.OK
    headers = stream.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Vary"] == "X-User-Id"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Request-Id"] == "mine"
    assert "Content-Length" not in headers


def test_the_first_block_has_the_id_after_which_the_stream_starts(open_stream: OpenStream, alice: Client) -> None:
    assert open_stream().read() == ":\nid: 0\n\n"
    tweet = alice.publish()
    assert open_stream().read() == f":\nid: {tweet['id']}\n\n"


def test_an_event_holds_the_tweet_as_other_routes_return_it(
    open_stream: OpenStream, alice: Client, bob: Client
) -> None:
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    tweet = alice.publish("two\nlines, \u2028 and a bird \U0001f426")
    event, identifier, data, *empty = stream.read().split("\n")
    assert (event, identifier, empty) == ("event: tweet", f"id: {tweet['id']}", ["", ""])
    assert data == "data: " + alice.get(f"/v1/tweets/{tweet['id']}").body.decode()
    assert json.loads(data.removeprefix("data: ")) == tweet


def test_a_stream_resumes_after_the_last_event_id(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    ids = [alice.publish(f"number {number}")["id"] for number in range(4)]
    stream = open_stream(("Last-Event-ID", ids[1]))
    stream.read()
    lines = stream.read().split("\n")
    assert [line for line in lines if line.startswith("id:")] == [f"id: {id_}" for id_ in ids[2:]]


def test_a_stream_resumes_after_the_since_id_of_a_page(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    alice.publish("on the page")
    page = bob.page("/v1/users/me/timeline")
    tweet = alice.publish("after the page")
    stream = open_stream(("Last-Event-ID", page["meta"]["since_id"]))
    stream.read()
    assert stream.read().count("event:") == 1
    assert tweet["id"] > page["meta"]["since_id"]


def test_a_stream_leaves_out_the_users_own_tweets(open_stream: OpenStream, bob: Client, alice: Client) -> None:
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    bob.publish("mine")
    alice.publish("hers")
    assert '"hers"' in (came := stream.read())
    assert '"mine"' not in came


@pytest.mark.parametrize("sent", ["", " ", "\t"])
def test_an_empty_last_event_id_is_ignored(open_stream: OpenStream, alice: Client, sent: str) -> None:
    tweet = alice.publish()
    assert open_stream(("Last-Event-ID", sent)).read() == f":\nid: {tweet['id']}\n\n"


def test_last_event_id_zero_is_the_beginning(open_stream: OpenStream, alice: Client) -> None:
    alice.publish()
    assert open_stream(("Last-Event-ID", "0")).read() == ":\nid: 0\n\n"


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "01", "1, 2", "9" * 19, "9" * 5000, "1 2", "\u00b2"])
def test_a_malformed_last_event_id_is_refused(bob: Client, sent: str) -> None:
    answer = bob.get(STREAM, ("Last-Event-ID", sent))
    assert_problem(answer, 422, "invalid-input", {"header": "Last-Event-ID"})


def test_the_stream_route_checks_its_input_like_other_routes(alice: Client, anyone: Client, sign_in: SignIn) -> None:
    assert_problem(anyone.get(STREAM), 401, "unauthenticated", {"header": "X-User-Id"})
    assert_problem(alice.get("/v1/users/bob/timeline/stream"), 403, "forbidden")
    assert_problem(sign_in("a b").get(STREAM), 400, "malformed-identity", {"header": "X-User-Id"})
    assert_problem(alice.get(f"{STREAM}?limit=1"), 422, "invalid-input", {"parameter": "limit"})
    assert_problem(alice.post(STREAM, {}), 405, "method-not-allowed")


def test_the_users_own_id_may_stand_for_me(perch: Perch) -> None:
    request = Request("GET", "/v1/users/bob/timeline/stream", [("X-User-Id", "bob")])
    body, status, _ = run_wsgi_app(perch.app, wsgi_environ(request))
    assert status == "200 OK"
    body.close()  # type: ignore[attr-defined]


def test_a_stream_over_the_limit_is_refused() -> None:
    perch = built({"MAX_STREAMS": "0"})
    answer = Client(InProcess(perch.app), "bob").get(STREAM)
    assert_problem(answer, 503, "overloaded")
    assert answer.headers["Retry-After"] == "5"
    assert perch.subscriptions.counts().shed == 1


def test_a_user_with_a_token_may_open_a_stream() -> None:
    perch = built(HS256)
    stream = Opened(perch, bearer(shared()))
    assert stream.status == HTTPStatus.OK
    assert stream.headers["Vary"] == "Authorization"
    stream.close()
    answer = Client(InProcess(perch.app), "bob").get(STREAM)
    assert_problem(answer, 401, "unauthenticated", {"header": "Authorization"})


def test_a_page_of_an_allowed_origin_may_open_a_stream() -> None:
    origin = "https://app.example"
    stream = Opened(built({"CORS_ORIGINS": origin}), ("X-User-Id", "bob"), ("Origin", origin))
    assert stream.headers["Access-Control-Allow-Origin"] == origin
    stream.close()


def test_a_publication_wakes_only_the_streams_of_followers(perch: Perch, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    followers, others = perch.subscriptions.open("bob"), perch.subscriptions.open("carol")
    alice.publish()
    assert not followers.wait(0)
    perch.listener.listen()
    assert followers.wait(0)
    assert not others.wait(0)
