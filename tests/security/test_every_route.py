"""Rules that hold for every route, new routes included."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.built import built
from tests.http.client import JSON
from tests.http.tokens import HS256, bearer, shared
from tests.http.wire import HeaderList, InProcess, Request

PUBLIC = {
    *("GET /v1/tweets", "GET /v1/tweets/{}", "GET /v1/users/{}", "GET /v1/users/{}/tweets"),
    *("GET /v1/users/{}/followers", "GET /v1/users/{}/following"),
}
"""The routes under /v1 that need no caller; everything published is public."""

MODES: dict[str, dict[str, str]] = {"header": {"ADMIN_TOKEN": "the administrator's"}, "jwt": HS256}
USERS: dict[str, HeaderList] = {"header": [("X-User-Id", "alice")], "jwt": [bearer(shared(scope="read"))]}
NOBODY: list[HeaderList] = [[], [("X-User-Id", "")], [("Authorization", "Bearer x")], [("Cookie", "user=alice")]]


def requests(app: Flask) -> Iterator[tuple[str, Request]]:
    """A request to each route and method under /v1, with its name."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1/"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield f"{method} {_filled(rule, '{}')}", Request(method, _filled(rule, "1"), [JSON], b"{}")


def _filled(rule: Rule, value: str) -> str:
    path = rule.rule.replace("<me>", "me")
    for argument in rule.arguments:
        path = path.replace(f"<{argument}>", value)
    return path


def refused(app: Flask, request: Request, headers: HeaderList) -> int:
    return (
        InProcess(app).send(Request(request.method, request.target, [*request.headers, *headers], request.body)).status
    )


@pytest.mark.parametrize("mode", MODES)
def test_every_route_that_is_not_listed_as_public_needs_a_caller(mode: str) -> None:
    app = built(MODES[mode]).app
    for name, request in requests(app):
        statuses = {refused(app, request, headers) for headers in NOBODY[: 3 if mode == "jwt" else 2]}
        assert (statuses == {401}) == (name not in PUBLIC), name


@pytest.mark.parametrize("mode", MODES)
def test_a_user_cannot_call_an_admin_route(mode: str) -> None:
    app = built(MODES[mode]).app
    administrative = [request for name, request in requests(app) if "/admin/" in name]
    assert administrative
    for request in administrative:
        assert refused(app, request, USERS[mode]) in {401, 403}
        assert refused(app, request, [*USERS[mode], ("X-Admin-Token", "wrong")]) == 403


def test_the_debug_features_and_default_routes_of_frameworks_are_off() -> None:
    app = built({}).app
    assert not app.debug
    assert not app.testing
    for target in (
        "/static/x",
        "/console",
        "/?__debugger__=yes&cmd=resource&f=debugger.js",
        "/swagger.json",
        "/v2/tweets",
    ):
        assert refused(app, Request("GET", target), []) in {200, 404, 422}
        assert b"werkzeug" not in InProcess(app).send(Request("GET", target)).body.lower()
