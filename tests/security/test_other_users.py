"""A user's own data is out of reach of other users by every route, stream and idempotency key."""

import pytest

from tests.built import built, in_process
from tests.http.cases import PRIVATE_ROUTES, Route
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.tokens import HS256, bearer, shared
from tests.http.wire import InProcess, Request

UNCHANGED = "private, no-store, no-transform"
STREAM = Route("GET", "/v1/users/me/timeline/stream", private=True)
OWN_ROUTES = [route for route in (*PRIVATE_ROUTES, STREAM) if "/me/" in route.target]
MODES = {"header": ({}, ("X-User-Id", "alice")), "jwt": (HS256, bearer(shared(sub="alice")))}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("route", OWN_ROUTES, ids=str)
def test_no_route_serves_another_user(route: Route, mode: str) -> None:
    settings, as_alice = MODES[mode]
    perch = built(settings)
    for name in ("bob", "ALICE", "alice%20", "%61licE"):
        answer = InProcess(perch.app).send(Request(route.method, route.target.replace("/me/", f"/{name}/"), [as_alice]))
        assert_problem(answer, 403, "forbidden")
        assert answer.headers["Cache-Control"] == ("private, no-store" if route != STREAM else UNCHANGED)
    assert perch.subscriptions.counts().open == 0


def test_the_idempotency_key_of_another_user_reveals_nothing() -> None:
    service = in_process({})
    key = ("Idempotency-Key", "the same")
    theirs = Client(service, "bob").send("POST", "/v1/tweets", JSON, key, body=b'{"text":"mine"}')
    for body in (b'{"text":"mine"}', b'{"text":"another"}'):
        mine = Client(service, "alice").send("POST", "/v1/tweets", JSON, ("Idempotency-Key", "the same"), body=body)
        assert mine.status in {201, 422}
        assert "bob" not in mine.body.decode()
        assert theirs.json()["id"] not in mine.body.decode()


@pytest.mark.parametrize("mode", MODES)
def test_only_the_author_deletes_a_tweet(mode: str) -> None:
    settings, as_alice = MODES[mode]
    service = in_process(settings)
    as_bob = ("X-User-Id", "bob") if mode == "header" else bearer(shared(sub="bob"))
    tweet = service.send(Request("POST", "/v1/tweets", [as_bob, JSON], b'{"text":"mine"}')).json()
    target = f"/v1/tweets/{tweet['id']}"
    for more in ([], [("X-HTTP-Method-Override", "DELETE")], [("X-Admin-Token", "x")]):
        assert_problem(service.send(Request("DELETE", target, [as_alice, *more])), 403, "not-your-tweet")
    assert service.send(Request("GET", target)).json() == tweet
