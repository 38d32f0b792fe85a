"""Headers that all answers have, or all answers of one kind."""

import re

import pytest

from tests.http.cases import PRIVATE_ROUTES, ROUTES, Route
from tests.http.client import Client
from tests.http.wire import Request, Transport

REQUEST_ID = re.compile("[A-Za-z0-9_-]{1,128}")
ECHOED = ["a", "0", "-", "_", "x" * 128, "8b1f4c1e-6f3b-4a43-9b0e-3d0f6a1c2b7d"]
IGNORED = ["", " ", "x" * 129, "a b", "a.b", "a,b", "<a>", "%41", "\xe9", "a\xa0", "\xa0a"]
TARGETS = ["/livez", "/nowhere", "/v1/users/me/timeline", "/v1/users/%00", "/v1/tweets/1"]


def request_id(transport: Transport, target: str, *sent: str) -> str:
    """The id in the answer to a request with these ids."""
    headers = [("X-Request-Id", id_) for id_ in sent]
    answer = transport.send(Request("GET", target, headers))
    assert len(answer.headers.getlist("X-Request-Id")) == 1
    return answer.headers["X-Request-Id"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("sent", ECHOED)
def test_a_request_id_is_returned(transport: Transport, target: str, sent: str) -> None:
    assert request_id(transport, target, sent) == sent


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("sent", IGNORED, ids=repr)
def test_a_malformed_request_id_is_replaced(transport: Transport, target: str, sent: str) -> None:
    made = request_id(transport, target, sent)
    assert REQUEST_ID.fullmatch(made)
    assert made != sent


def test_a_doubled_request_id_is_replaced(transport: Transport) -> None:
    assert request_id(transport, "/livez", "a", "a") not in {"a", "a, a"}


def test_requests_without_an_id_get_different_ones(transport: Transport) -> None:
    assert len({request_id(transport, "/livez") for _ in range(100)}) == 100


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_answers_with_a_request_id(transport: Transport, route: Route) -> None:
    assert REQUEST_ID.fullmatch(transport.send(route.request()).headers["X-Request-Id"])


@pytest.mark.parametrize("headers", [[("X-User-Id", "alice")], [], [("X-User-Id", "me")]], ids=["200", "401", "400"])
@pytest.mark.parametrize("route", PRIVATE_ROUTES, ids=str)
def test_answers_that_depend_on_the_caller_are_not_cached(
    transport: Transport, route: Route, headers: list[tuple[str, str]]
) -> None:
    answer = transport.send(route.request(headers=headers))
    assert answer.headers.getlist("Cache-Control") == ["private, no-store"]
    assert answer.headers.getlist("Vary") == ["X-User-Id"]


PUBLIC_TARGETS = [
    "/metrics",
    "/openapi.json",
    "/",
    "/live/main.js",
    "/docs/",
    "/docs",
    "/nowhere",
    "/v1/users/%00",
    "/%2F",
]


@pytest.mark.parametrize("target", [*PUBLIC_TARGETS, *(route.target for route in ROUTES if not route.private)])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
def test_public_answers_and_errors_are_validated_before_they_are_used_again(
    transport: Transport, target: str, method: str
) -> None:
    answer = transport.send(Request(method, target, [("X-User-Id", "alice")]))
    assert answer.headers.getlist("Cache-Control") == ["no-cache"]
    assert "X-User-Id" not in answer.headers.getlist("Vary")


def test_a_tweet_and_an_unchanged_one_are_validated(transport: Transport) -> None:
    tweet = Client(transport, "alice").publish()
    target = f"/v1/tweets/{tweet['id']}"
    for answer in (Client(transport).get(target), Client(transport).get(target, ("If-None-Match", f'"{tweet["id"]}"'))):
        assert answer.status in {200, 304}
        assert answer.headers.getlist("Cache-Control") == ["no-cache"]


def test_a_forbidden_answer_is_not_cached(transport: Transport) -> None:
    answer = Client(transport, "alice").get("/v1/users/bob/timeline")
    assert answer.status == 403
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Vary"] == "X-User-Id"


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.private], ids=str)
def test_public_answers_are_the_same_for_everybody(transport: Transport, route: Route) -> None:
    fixed = [("X-Request-Id", "same")]
    answers = [
        transport.send(route.request(headers=[*fixed, *identity]))
        for identity in ([], [("X-User-Id", "alice")], [("X-User-Id", "not, one")])
    ]
    assert len({(answer.status, answer.body) for answer in answers}) == 1


def test_an_unauthenticated_answer_has_a_challenge(transport: Transport) -> None:
    answer = Client(transport).get("/v1/users/me/timeline")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_answer_without_a_body_has_no_content_type(transport: Transport, method: str) -> None:
    answer = Client(transport, "alice").send(method, "/v1/users/me/following/bob")
    assert answer.status == 204
    assert "Content-Type" not in answer.headers
