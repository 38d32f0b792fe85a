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
    assert headers["Cache-Control"] == "private, no-store, no-transform"
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


def test_a_stream_leaves_out_the_users_own_tweets(open_stream: OpenStream, bob: Client, alice: Client) -> None:
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    bob.publish("mine")
    alice.publish("hers")
    assert '"hers"' in (came := stream.read())
    assert '"mine"' not in came


@pytest.mark.parametrize("separator", "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", ids=ascii)
def test_an_event_has_the_same_lines_for_every_client(
    open_stream: OpenStream, alice: Client, bob: Client, separator: str
) -> None:
    """`str.splitlines`, by which some clients read, knows more line ends than server-sent events have."""
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    tweet = alice.publish(f"one{separator}two")
    block = stream.read()
    assert block.splitlines() == block.split("\n")[:-1]
    assert json.loads(block.splitlines()[2].removeprefix("data: ")) == tweet
    assert tweet["text"] == f"one{separator}two"


def test_a_deletion_is_told_after_its_tweet_and_keeps_the_last_event_id(
    perch: Perch, open_stream: OpenStream, alice: Client, bob: Client
) -> None:
    bob.follow("alice")
    stream = open_stream()
    stream.read()
    tweet = alice.publish()
    perch.listener.listen()
    assert stream.read().startswith(f"event: tweet\nid: {tweet['id']}\n")
    assert alice.delete(f"/v1/tweets/{tweet['id']}").status == 204
    perch.listener.listen()
    assert stream.read() == f'event: delete\ndata: {{"id":"{tweet["id"]}"}}\n\n'
    resumed = open_stream(("Last-Event-ID", tweet["id"]))
    assert resumed.read() == f":\nid: {tweet['id']}\n\n"


def test_a_deletion_is_told_to_followers_only(
    perch: Perch, open_stream: OpenStream, alice: Client, bob: Client, sign_in: SignIn
) -> None:
    bob.follow("alice")
    bob.follow("carol")
    tweets = [(author, author.publish()["id"]) for author in (alice, sign_in("carol"), sign_in("stranger"), bob)]
    stream = open_stream()
    stream.read()
    bob.unfollow("carol")
    for author, id_ in tweets:
        assert author.delete(f"/v1/tweets/{id_}").status == 204
    assert alice.delete(f"/v1/tweets/{tweets[0][1]}").status == 404
    perch.listener.listen()
    assert stream.read() == f'event: delete\ndata: {{"id":"{tweets[0][1]}"}}\n\n'
    perch.subscriptions.end()
    assert "event:" not in stream.rest()


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
