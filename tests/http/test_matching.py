"""Routing: a path is matched the same way each time, and paths are not confused."""

import pytest
from flask import Blueprint, has_request_context, request

from infrastructure.http.application import create_app
from infrastructure.http.declaration import Answer, Declaration
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.identity import HeaderIdentity
from infrastructure.http.rendering import json_response
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import NO_PARAMETERS
from tests.built import built
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import InProcess, Transport

TWICE = range(2)
ENDPOINT = Endpoints(HeaderIdentity(""))
ANYTHING = Declaration(Answer(200), NO_PARAMETERS)


def test_path_arguments_are_those_of_the_request() -> None:
    routes = Blueprint("routes", __name__)

    @routes.get("/things/<name>")
    @ENDPOINT(ANYTHING)
    def thing(call: Call[None]) -> Reply:
        return json_response(call.path["name"].encode())

    client = Client(InProcess(create_app([routes])))
    for _ in TWICE:
        assert [client.get(f"/things/{name}").body for name in ("a", "b")] == [b"a", b"b"]


def test_the_methods_of_a_path_are_routed_separately(transport: Transport) -> None:
    alice = Client(transport, "alice")
    tweet_id = alice.publish()["id"]
    path = f"/v1/tweets/{tweet_id}"
    for _ in TWICE:
        assert alice.get(path).status == 200
        assert alice.send("HEAD", path).body == b""
        refused = alice.send("PUT", path)
        assert_problem(refused, 405, "method-not-allowed")
        assert refused.headers["Allow"] == "DELETE, GET, HEAD"
    assert alice.delete(path).status == 204
    assert_problem(alice.get(path), 404, "tweet-not-found")


def test_a_preflight_lists_the_methods_of_its_path() -> None:
    routes = Blueprint("routes", __name__)
    for path in ("/a", "/b"):
        routes.get(path, endpoint=path[1:])(ENDPOINT(ANYTHING)(lambda _: json_response(b"{}")))
    routes.delete("/b", endpoint="delete_b")(lambda: json_response(b"{}"))
    client = Client(InProcess(create_app([routes], ["https://page.example"])))
    for _ in TWICE:
        assert client.get("/b").status == 200
        assert allowed(client, "/a") == {"GET", "HEAD", "OPTIONS"}
        assert allowed(client, "/b") == {"DELETE", "GET", "HEAD", "OPTIONS"}


def allowed(client: Client, path: str) -> set[str]:
    return set(client.send("OPTIONS", path).headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "header",
    [("Host", "elsewhere.example"), ("Host", "a..b"), ("Host", "x" * 64), ("Host", "\xe9"), ("Upgrade", "websocket")],
    ids=repr,
)
def test_routes_are_the_same_on_every_host(header: tuple[str, str]) -> None:
    client = built({}).app.test_client()
    for _ in TWICE:
        assert client.get("/livez", headers=[("Connection", "upgrade"), header]).status_code == 200


def test_a_user_id_in_unicode_is_repeated_as_it_was_sent(transport: Transport) -> None:
    refused = Client(transport, "alice").get("/v1/users/zo%C3%AB/timeline")
    assert_problem(refused, 403, "forbidden")
    assert refused.json()["detail"] == "This belongs to zoë."


def test_a_view_has_a_flask_request_context_and_an_endpoint_has_none() -> None:
    routes = Blueprint("routes", __name__)
    routes.before_request(lambda: seen.append(request.path))
    routes.get("/view")(lambda: json_response(b"{}"))
    seen: list[str] = []

    @routes.get("/endpoint")
    @ENDPOINT(ANYTHING)
    def endpoint(_: Call[None]) -> Reply:
        return json_response(b"true" if has_request_context() else b"false")

    client = Client(InProcess(create_app([routes])))
    assert client.get("/endpoint").body == b"false"
    assert client.get("/view").status == 200
    assert seen == ["/view"]
