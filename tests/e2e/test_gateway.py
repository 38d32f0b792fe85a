"""Perch behind nginx, configured as documented."""

import gzip
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
from werkzeug.datastructures import Headers

from cluster.exchange import TIMELINE
from cluster.listener import Listener
from cluster.perch_process import PerchProcess
from infrastructure.http.problems import PROBLEMS
from tests.e2e.conftest import StartPerch
from tests.e2e.gateway import Gateway, basic
from tests.http.problems import assert_problem
from tests.http.wire import Answer
from tests.integration.effort import AT_ONCE_SECONDS

SECONDS = 10.0
ADMIN_TOKEN = "the administrator's"  # noqa: S105 - of a service that ends with the test
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def perch(start_perch: StartPerch) -> PerchProcess:
    return start_perch(ADMIN_TOKEN=ADMIN_TOKEN)


@pytest.fixture
def gateway(perch: PerchProcess, tmp_path: Path) -> Iterator[Gateway]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with Gateway(folder, perch.port, "alice", "bob") as gateway:
        yield gateway


def ask(
    gateway: Gateway, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[HTTPResponse, bytes]:
    return ask_over(HTTPConnection("127.0.0.1", gateway.port, timeout=SECONDS), method, path, headers, body)


def ask_over(
    connection: HTTPConnection, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[HTTPResponse, bytes]:
    with closing(connection):
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read()


def publish(gateway: Gateway, user: str, **more: str) -> dict[str, str]:
    response, body = ask(gateway, "POST", "/v1/tweets", basic(user) | JSON | more, b'{"text": "hello"}')
    assert response.status == 201, body
    tweet: dict[str, str] = json.loads(body)
    return tweet


def test_the_gateway_sets_the_identity_whatever_the_client_sends(gateway: Gateway) -> None:
    assert publish(gateway, "alice")["author_id"] == "alice"
    for name in ("X-User-Id", "x-user-id", "X_User_Id"):
        assert publish(gateway, "alice", **{name: "bob"})["author_id"] == "alice"


def test_a_request_without_a_valid_password_is_refused(gateway: Gateway) -> None:
    for headers in ({}, {"X-User-Id": "alice"}, basic("alice", "wrong"), basic("carol")):
        assert ask(gateway, "GET", TIMELINE, headers)[0].status == 401


@pytest.mark.parametrize(
    "path", ["/metrics", "/v1/admin/dead-letters", "/livez", "/readyz", "//metrics", "/x/../metrics"]
)
def test_internal_routes_cannot_be_reached(gateway: Gateway, path: str) -> None:
    response, _ = ask(gateway, "GET", path, basic("alice") | {"X-Admin-Token": ADMIN_TOKEN})
    assert response.status == 404


def test_the_events_of_a_stream_are_not_delayed(gateway: Gateway) -> None:
    assert ask(gateway, "PUT", "/v1/users/me/following/alice", basic("bob"))[0].status == 204
    with closing(Listener(gateway.port, more_headers=basic("bob"))) as listener:
        blocks = listener.blocks()
        assert next(blocks).comments
        for _ in range(3):
            published_at = time.monotonic()
            tweet = publish(gateway, "alice")
            assert next(listener.tweets()) == tweet
            assert time.monotonic() - published_at < AT_ONCE_SECONDS


def test_a_body_that_is_too_large_is_refused(gateway: Gateway) -> None:
    response, _ = ask(gateway, "POST", "/v1/tweets", basic("alice") | JSON, b"x" * (16 * 1024 + 1))
    assert response.status == 413
    assert publish(gateway, "alice")["author_id"] == "alice"


def test_answers_of_perch_pass_unchanged(gateway: Gateway) -> None:
    response, body = ask(gateway, "GET", f"{TIMELINE}?limit=0", basic("alice"))
    assert response.status == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["request_id"] == response.headers["X-Request-Id"]


PROBLEMS_OF_NGINX = {
    "no password": (401, "unauthenticated", "GET", TIMELINE, {}, None),
    "another user": (401, "unauthenticated", "GET", TIMELINE, basic("carol"), None),
    "a large body": (413, "body-too-large", "POST", "/v1/tweets", basic("alice") | JSON, b"x" * 20_000),
    "an internal route": (404, "not-found", "GET", "/metrics", basic("alice"), None),
    "a large header": (400, "malformed-request", "GET", TIMELINE, basic("alice") | {"X": "x" * 9000}, None),
    "a path that cannot be read": (400, "malformed-request", "GET", "/metrics%00", basic("alice"), None),
    "the page of the errors": (404, "not-found", "GET", "/problem", basic("alice"), None),
    "a method that nginx refuses": (405, "malformed-request", "TRACE", TIMELINE, basic("alice"), None),
}


@pytest.mark.parametrize(
    ("status", "code", "method", "path", "headers", "body"), PROBLEMS_OF_NGINX.values(), ids=PROBLEMS_OF_NGINX
)
def test_an_error_of_the_gateway_is_a_problem(
    gateway: Gateway, status: int, code: str, method: str, path: str, headers: dict[str, str], body: bytes | None
) -> None:
    response, answer = ask(gateway, method, path, headers, body)
    assert_problem(Answer(status, Headers(response.getheaders()), answer), status, code)
    assert json.loads(answer)["title"] == PROBLEMS[code][1]
    assert response.status == status
    assert (response.headers["WWW-Authenticate"] is not None) == (status == 401)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_gateway_without_perch_answers_with_a_problem(gateway: Gateway, perch: PerchProcess) -> None:
    perch.stop()
    response, answer = ask(gateway, "GET", TIMELINE, basic("alice"))
    assert_problem(Answer(response.status, Headers(response.getheaders()), answer), 503, "unavailable")
    assert response.headers["Retry-After"]


def test_answers_in_json_are_compressed_and_streams_are_not(gateway: Gateway) -> None:
    compressed = {"Accept-Encoding": "gzip"}
    for _ in range(20):
        tweet = publish(gateway, "alice")
    path = "/v1/users/alice/tweets"
    plain = ask(gateway, "GET", path, basic("bob"))[1]
    response, answer = ask(gateway, "GET", path, basic("bob") | compressed)
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer) == plain
    assert json.loads(plain)["data"][0] == tweet
    with closing(Listener(gateway.port, more_headers=basic("bob") | compressed)) as listener:
        assert listener.response.headers["Content-Encoding"] is None
        assert next(listener.blocks()).comments


def test_the_documented_command_turns_on_tls(perch: PerchProcess, tmp_path: Path) -> None:
    with Gateway(tmp_path, perch.port, "alice", tls=True) as gateway:
        trusted = ssl.create_default_context(cafile=str(gateway.certificate))
        connection = HTTPSConnection("127.0.0.1", gateway.port, timeout=SECONDS, context=trusted)
        assert ask_over(connection, "GET", TIMELINE, basic("alice"))[0].status == 200
        plain = HTTPConnection("127.0.0.1", gateway.plain_port, timeout=SECONDS)
        response, _ = ask_over(plain, "GET", TIMELINE, {"Host": "perch.example"})
        assert (response.status, response.headers["Location"]) == (301, f"https://perch.example{TIMELINE}")
