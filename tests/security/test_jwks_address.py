"""Perch asks nobody but the address in its settings for keys, and that address cannot hold it up."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.testing import ManualClock
from infrastructure.http.jwks import BYTES_MAX, PAUSE_SECONDS, TIMEOUT_SECONDS, UNKNOWN_KEY_SECONDS
from tests.http.built import in_process
from tests.http.jwks_server import JwksServer, jwks_server
from tests.http.problems import assert_problem
from tests.http.tokens import JWT_MODE, bearer, claims, jwk, rsa_key, signed
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
    """A server that attackers would like Perch to ask, or have keys of their own on."""
    with jwks_server() as server:
        server.publish(jwk(rsa_key("another"), "first"))
        yield server


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[dict[str, str]]:
    """The settings of a service that gets its keys from this server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/keys"
        try:
            yield {**JWT_MODE, "JWT_ALGORITHM": "RS256", "JWT_JWKS_URL": url}
        finally:
            server.shutdown()
            thread.join()


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


def token(key: str = "first", **header: object) -> str:
    return signed("RS256", rsa_key(key), claims(), **{"kid": "first", **header})


def get(service: InProcess, sent: str) -> Answer:
    return service.send(Request("GET", "/v1/users/alice/timeline", [bearer(sent)]))


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_an_address_in_a_token_is_not_asked(jwks: JwksServer, elsewhere: JwksServer, name: str) -> None:
    service = in_process(jwks.settings("RS256"))
    assert get(service, token("another", **{name: elsewhere.url})).status == 401
    assert get(service, token(**{name: elsewhere.url})).status == 200
    assert elsewhere.fetches == 0


def test_a_key_in_a_token_is_not_believed(jwks: JwksServer) -> None:
    own: dict[str, Any] = jwk(rsa_key("another"), "first")
    assert get(in_process(jwks.settings("RS256")), token("another", jwk=own)).status == 401


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(elsewhere: JwksServer, status: int) -> None:
    class Redirect(Quiet):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", elsewhere.url)
            self.end_headers()

    with serving(Redirect) as settings:
        assert_problem(get(in_process(settings), token("another")), 503, "unavailable")
    assert elsewhere.fetches == 0


def test_an_answer_without_end_is_not_kept(jwks: JwksServer) -> None:
    jwks.body += b" " * BYTES_MAX
    assert_problem(get(in_process(jwks.settings("RS256")), token()), 503, "unavailable")


def test_an_answer_that_trickles_is_left(jwks: JwksServer) -> None:
    """Each byte comes in time, and all of them never would."""
    clock = ManualClock()
    body = jwks.body

    class Trickle(Quiet):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            clock.advance(int(TIMEOUT_SECONDS * 1000))
            self.wfile.write(body)

    with serving(Trickle) as settings:
        assert_problem(get(in_process(settings, clock), token()), 503, "unavailable")


def test_an_address_that_fails_is_not_asked_by_everybody(jwks: JwksServer) -> None:
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
    """An address that answers once, and after that only when it is told to."""

    def __init__(self, body: bytes) -> None:
        asked, go_on, first = threading.Event(), threading.Event(), threading.Event()

        class Handler(Quiet):
            def do_GET(self) -> None:
                if first.is_set():
                    asked.set()
                    go_on.wait(WAIT_SECONDS)
                first.set()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

        self.handler, self.asked, self.go_on = Handler, asked, go_on


def test_whose_key_is_known_does_not_wait_for_an_address_that_hangs(jwks: JwksServer) -> None:
    clock = ManualClock()
    hanging = Hanging(jwks.body)
    with serving(hanging.handler) as settings, ThreadPoolExecutor(THREADS) as pool:
        service = in_process(settings, clock)
        assert get(service, token()).status == 200
        clock.advance(int(UNKNOWN_KEY_SECONDS * 1000))
        forged = [pool.submit(get, service, token("another", kid=f"unknown {n}")) for n in range(THREADS)]
        try:
            assert hanging.asked.wait(WAIT_SECONDS)
            assert get(service, token()).status == 200
        finally:
            hanging.go_on.set()
        assert {each.result().status for each in forged} == {401}
