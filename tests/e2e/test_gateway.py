"""Perch behind nginx, configured as documented."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.e2e.conftest import StartPerch
from tests.e2e.exchange import TIMELINE
from tests.e2e.gateway import Gateway, basic
from tests.e2e.listener import Listener
from tests.e2e.perch_process import PerchProcess
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
    with closing(HTTPConnection("127.0.0.1", gateway.port, timeout=SECONDS)) as connection:
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
