"""Observers are told of each answer: its route, caller, status and duration."""

from typing import Any

import pytest
from flask import Blueprint

from infrastructure.http.application import create_app
from infrastructure.http.declaration import Answer, Caller, Declaration
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.envelope import CALLER, ROUTE
from infrastructure.http.identity import HeaderIdentity
from infrastructure.http.rendering import json_response
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import NO_PARAMETERS
from tests.http.client import Client
from tests.http.wire import InProcess

Seen = tuple[str | None, str | None, str]


class Observer:
    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.seconds: list[float] = []

    def __call__(self, environ: dict[str, Any], status: str, seconds: float) -> None:
        self.seen.append((environ.get(ROUTE), environ.get(CALLER), status))
        self.seconds.append(seconds)


@pytest.fixture
def observer() -> Observer:
    return Observer()


@pytest.fixture
def app(observer: Observer) -> InProcess:
    routes = Blueprint("routes", __name__)
    endpoint = Endpoints(HeaderIdentity(""))

    @routes.get("/v1/users/<me>/things/<user_id>")
    @endpoint(Declaration(Answer(200), NO_PARAMETERS, Caller.USER))
    def thing(call: Call[None]) -> Reply:
        if call.path["user_id"] == "broken":
            raise LookupError(call.caller)
        return json_response(b"{}")

    @routes.get("/views/<name>")
    def view(name: str) -> str:
        return name

    return InProcess(create_app([routes], observers=[observer, observer]))


@pytest.mark.parametrize(
    ("user", "target", "seen"),
    [
        ("alice", "/v1/users/me/things/bob", ("/v1/users/me/things/{user_id}", "alice", "200 OK")),
        (
            "alice",
            "/v1/users/alice/things/b?x=1",
            ("/v1/users/me/things/{user_id}", "alice", "422 UNPROCESSABLE ENTITY"),
        ),
        ("a b", "/v1/users/me/things/bob", ("/v1/users/me/things/{user_id}", None, "400 BAD REQUEST")),
        (None, "/v1/users/me/things/bob", ("/v1/users/me/things/{user_id}", None, "401 UNAUTHORIZED")),
        (
            "alice",
            "/v1/users/me/things/broken",
            ("/v1/users/me/things/{user_id}", "alice", "500 INTERNAL SERVER ERROR"),
        ),
        ("alice", "/views/v", ("/views/{name}", None, "200 OK")),
        ("alice", "/v1/users/me/thing", (None, None, "404 NOT FOUND")),
        ("alice", "//v1/users/me/things/bob", (None, None, "404 NOT FOUND")),
    ],
)
def test_each_observer_sees_every_answer_once(
    app: InProcess, observer: Observer, user: str | None, target: str, seen: Seen
) -> None:
    Client(app, user).get(target)
    assert observer.seen == [seen, seen]
    assert all(0 < seconds < 10 for seconds in observer.seconds)


def test_a_refused_method_is_observed(app: InProcess, observer: Observer) -> None:
    Client(app, "alice").delete("/v1/users/me/things/bob")
    assert observer.seen == [(None, None, "405 METHOD NOT ALLOWED")] * 2
