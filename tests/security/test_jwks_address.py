"""Keys are fetched only from the URL in the settings, and a bad server there cannot block requests."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from infrastructure.http.jwks import BYTES_MAX, PAUSE_SECONDS, TIMEOUT_SECONDS, UNKNOWN_KEY_SECONDS
from tests.built import in_process
from tests.fakes.clock import ManualClock
from tests.http.jwks_server import JwksServer, jwks_server, served
from tests.http.problems import assert_problem
from tests.http.tokens import bearer, claims, jwk, rsa_key, signed
from tests.http.wire import Answer, InProcess, Request

THREADS = 8
WAIT_SECONDS = 30.0


@pytest.fixture
def jwks() -> Iterator[JwksServer]:
    with jwks_server() as server:
        server.publish(jwk(rsa_key(), "first"))
        yield server


@pytest.fixture
def elsewhere() -> Iterator[JwksServer]:
    """A server of an attacker, with the attacker's key."""
    with jwks_server() as server:
        server.publish(jwk(rsa_key("another"), "first"))
        yield server


def token(key: str = "first", **header: object) -> str:
    return signed("RS256", rsa_key(key), claims(), **{"kid": "first", **header})


def get(service: InProcess, sent: str) -> Answer:
    return service.send(Request("GET", "/v1/users/alice/timeline", [bearer(sent)]))


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_a_url_in_a_token_is_not_fetched(jwks: JwksServer, elsewhere: JwksServer, name: str) -> None:
    service = in_process(jwks.settings("RS256"))
    assert get(service, token("another", **{name: elsewhere.url})).status == 401
    assert get(service, token(**{name: elsewhere.url})).status == 200
    assert elsewhere.fetches == 0


def test_a_key_in_a_token_is_not_trusted(jwks: JwksServer) -> None:
    own: dict[str, Any] = jwk(rsa_key("another"), "first")
    assert get(in_process(jwks.settings("RS256")), token("another", jwk=own)).status == 401


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(elsewhere: JwksServer, status: int) -> None:
    def redirect(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Location", elsewhere.url)
        request.end_headers()

    with served(redirect) as server:
        assert_problem(get(in_process(server.settings("RS256")), token("another")), 503, "unavailable")
    assert elsewhere.fetches == 0


def test_an_oversized_key_set_is_refused(jwks: JwksServer) -> None:
    jwks.body += b" " * BYTES_MAX
    assert_problem(get(in_process(jwks.settings("RS256")), token()), 503, "unavailable")


def test_a_slow_answer_is_abandoned(jwks: JwksServer) -> None:
    """Each byte arrives within the timeout of the socket, but the whole answer takes too long."""
    clock = ManualClock()
    body = jwks.body

    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        clock.advance(int(TIMEOUT_SECONDS * 1000))
        request.wfile.write(body)

    with served(trickle) as server:
        assert_problem(get(in_process(server.settings("RS256"), clock), token()), 503, "unavailable")


def test_a_failed_fetch_is_not_repeated_by_every_request(jwks: JwksServer) -> None:
    clock = ManualClock()
    service = in_process(jwks.settings("RS256"), clock)
    jwks.status = 500
    for _ in range(20):
        assert_problem(get(service, token()), 503, "unavailable")
    assert jwks.fetches == 1
    clock.advance(int(PAUSE_SECONDS * 1000))
    assert_problem(get(service, token()), 503, "unavailable")
    assert jwks.fetches == 2


class Hanging:
    """Answers once, and after that only when `go_on` is set."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._first, self.asked, self.go_on = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        if self._first.is_set():
            self.asked.set()
            self.go_on.wait(WAIT_SECONDS)
        self._first.set()
        request.send_response(200)
        request.end_headers()
        request.wfile.write(self._body)


def test_a_token_with_a_known_key_does_not_wait_for_a_hanging_fetch(jwks: JwksServer) -> None:
    clock = ManualClock()
    hanging = Hanging(jwks.body)
    with served(hanging) as server, ThreadPoolExecutor(THREADS) as pool:
        service = in_process(server.settings("RS256"), clock)
        assert get(service, token()).status == 200
        clock.advance(int(UNKNOWN_KEY_SECONDS * 1000))
        forged = [pool.submit(get, service, token("another", kid=f"unknown {n}")) for n in range(THREADS)]
        try:
            assert hanging.asked.wait(WAIT_SECONDS)
            assert get(service, token()).status == 200
        finally:
            hanging.go_on.set()
        assert {each.result().status for each in forged} == {401}
