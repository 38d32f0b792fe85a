"""Paths that were matched before are matched alike, and nothing is mixed up."""

import pytest
from flask import Blueprint, Response, has_request_context, request, request_tearing_down

from infrastructure.http.application import create_app
from infrastructure.http.endpoint import Answer, Declaration, Endpoints
from infrastructure.http.identity import HeaderIdentity
from infrastructure.http.rendering import json_response
from infrastructure.http.slim_flask import SlimFlask
from tests.http.built import built
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import InProcess, Transport

TWICE = range(2)


def test_arguments_belong_to_one_request() -> None:
    routes = Blueprint("routes", __name__)

    @routes.get("/things/<name>")
    def thing(name: str) -> Response:
        assert request.view_args == {"name": name}
        request.view_args["name"] = "spoilt"
        return json_response(name.encode())

    client = Client(InProcess(create_app([routes])))
    for _ in TWICE:
        assert [client.get(f"/things/{name}").body for name in ("a", "b")] == [b"a", b"b"]


def test_methods_of_a_path_are_told_apart(transport: Transport) -> None:
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


def test_a_preflight_tells_the_methods_of_its_path() -> None:
    routes = Blueprint("routes", __name__)
    for path in ("/a", "/b"):
        routes.get(path, endpoint=path[1:])(lambda: json_response(b"{}"))
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


def test_a_name_that_is_not_ascii_is_told_as_it_was_sent(transport: Transport) -> None:
    refused = Client(transport, "alice").get("/v1/users/zo%C3%AB/timeline")
    assert_problem(refused, 403, "forbidden")
    assert refused.json()["detail"] == "This belongs to zoë."


@pytest.mark.parametrize("hooks", ["before_request", "after_request", "teardown_request"])
def test_hooks_of_an_endpoint_are_called(hooks: str) -> None:
    seen: list[str] = []
    hooked, other = with_an_endpoint("hooked"), with_an_endpoint("other")

    def note(response: Response | None = None) -> Response | None:
        seen.append(request.path)
        return response

    getattr(hooked, hooks)(note)
    client = Client(InProcess(create_app([hooked, other])))
    assert [client.get(path).body for path in ("/hooked", "/other")] == [b"by Flask", b"by itself"]
    app = create_app([with_an_endpoint("other")])
    getattr(app, hooks)(note)
    assert Client(InProcess(app)).get("/other").body == b"by Flask"
    assert seen == ["/hooked", "/other"]


def with_an_endpoint(name: str) -> Blueprint:
    """An endpoint that tells who called it."""
    routes = Blueprint(name, __name__)

    @routes.get(f"/{name}")
    @Endpoints(HeaderIdentity(""))(Declaration(Answer(200)))
    def endpoint() -> Response:
        return json_response(b"by Flask" if has_request_context() else b"by itself")

    return routes


def test_an_endpoint_does_not_answer_options() -> None:
    app = SlimFlask("options")
    app.register_blueprint(with_an_endpoint("thing"))
    answer = app.test_client().options("/thing")
    assert (answer.status_code, set(answer.allow), answer.data) == (204, {"GET", "HEAD", "OPTIONS"}, b"")


def test_a_hook_that_comes_too_late_is_refused() -> None:
    app = built({}).app
    assert Client(InProcess(app)).get("/livez").status == 200
    with pytest.raises(AssertionError, match="can no longer be called"):
        app.before_request(lambda: None)


def test_hooks_and_signals_that_are_registered_are_called() -> None:
    seen: list[str] = []
    routes = Blueprint("routes", __name__)
    routes.before_request(lambda: seen.append("before"))
    routes.teardown_request(lambda _: seen.append("teardown"))
    routes.get("/")(lambda: json_response(b"{}"))
    client = Client(InProcess(create_app([routes])))

    def on_signal(_: object, **__: object) -> None:
        seen.append("signal")

    with request_tearing_down.connected_to(on_signal):
        client.get("/")
    assert seen == ["before", "teardown", "signal"]


def test_a_signal_is_sent_where_no_hook_is() -> None:
    seen: list[object] = []
    client = Client(InProcess(create_app([])))

    def on_signal(_: object, **arguments: object) -> None:
        seen.append(arguments["exc"])

    with request_tearing_down.connected_to(on_signal):
        client.get("/nowhere")
    assert seen == [None]
