"""The proxy's faults, with a server that answers each piece with itself."""

import socket
import threading
import time
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

from cluster.engines.ports import LOCALHOST
from cluster.engines.proxy import Proxy

SECONDS = 20.0
QUIET_SECONDS = 0.2
"""Nothing can arrive in this time, so a slow machine does not fail a test that waits so long."""


class EchoServer(ThreadingTCPServer):
    """Answers each piece with itself, and remembers what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got = b""
        self.ended = threading.Event()
        super().__init__((LOCALHOST, 0), Echo)


class Echo(BaseRequestHandler):
    server: EchoServer

    def handle(self) -> None:
        try:
            while piece := self.request.recv(65_536):
                self.server.got += piece
                self.request.sendall(piece)
        except ConnectionResetError:
            pass
        self.server.ended.set()


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with EchoServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join(SECONDS)


@pytest.fixture
def proxy(server: EchoServer) -> Iterator[Proxy]:
    with Proxy(server.server_address[1]) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    """A connection that has got an answer."""
    with connect(proxy) as client:
        assert ask(client, b"hello") == b"hello"
        yield client


def connect(proxy: Proxy, seconds: float = SECONDS) -> socket.socket:
    return socket.create_connection((LOCALHOST, proxy.port), seconds)


def ask(client: socket.socket, request: bytes) -> bytes:
    client.sendall(request)
    return client.recv(65_536)


def assert_quiet(client: socket.socket) -> None:
    client.settimeout(QUIET_SECONDS)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(SECONDS)


def test_large_answers_pass_whole_and_both_ends_are_passed_on(client: socket.socket, server: EchoServer) -> None:
    sent = b"x" * 3_000_000

    def send() -> None:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    got = b"".join(iter(lambda: client.recv(65_536), b""))
    sender.join(SECONDS)
    assert got == sent
    assert server.ended.wait(SECONDS)


def test_a_refused_connection_is_refused_and_an_open_one_goes_on(proxy: Proxy, client: socket.socket) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    assert ask(client, b"still here") == b"still here"
    proxy.forward()
    with connect(proxy) as other:
        assert ask(other, b"back") == b"back"


def test_an_ignored_connection_gets_no_answer_and_an_open_one_goes_on(proxy: Proxy, client: socket.socket) -> None:
    proxy.ignore()
    with pytest.raises(TimeoutError):
        connect(proxy, QUIET_SECONDS)
    assert ask(client, b"still here") == b"still here"
    proxy.forward()
    with connect(proxy) as other:
        assert ask(other, b"back") == b"back"


def test_ignored_connections_can_be_refused(proxy: Proxy) -> None:
    proxy.ignore()
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)


def test_a_cut_resets_both_sides_and_later_connections_pass(
    proxy: Proxy, client: socket.socket, server: EchoServer
) -> None:
    proxy.cut()
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert server.ended.wait(SECONDS)
    with connect(proxy) as other:
        assert ask(other, b"back") == b"back"


def test_a_cut_reaches_connections_of_this_moment(proxy: Proxy) -> None:
    with connect(proxy) as client:
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_black_hole_accepts_and_passes_nothing_until_it_ends(
    proxy: Proxy, client: socket.socket, server: EchoServer
) -> None:
    proxy.black_hole()
    client.sendall(b"late")
    with connect(proxy) as other:
        assert_quiet(other)
        assert_quiet(client)
        assert server.got == b"hello"
        proxy.forward()
        assert client.recv(65_536) == b"late"
        assert ask(other, b"other") == b"other"


def test_what_a_black_hole_held_can_be_dropped(proxy: Proxy, client: socket.socket, server: EchoServer) -> None:
    proxy.black_hole()
    client.sendall(b"lost")
    proxy.cut()
    proxy.forward()
    assert server.ended.wait(SECONDS)
    assert server.got == b"hello"


def test_each_piece_is_delayed_both_ways(proxy: Proxy, client: socket.socket) -> None:
    proxy.delay(0.05)
    begun = time.monotonic()
    assert ask(client, b"slow") == b"slow"
    assert time.monotonic() - begun >= 0.1
    proxy.forward()
    assert ask(client, b"fast") == b"fast"


@pytest.mark.parametrize("passed", [0, 3])
def test_an_answer_is_cut_after_the_request_went_through(
    proxy: Proxy, client: socket.socket, server: EchoServer, passed: int
) -> None:
    cut = proxy.cut_answer(b"COMMIT", after=passed)
    assert ask(client, b"SELECT") == b"SELECT"
    assert not cut.is_set()
    client.sendall(b"then COMMIT")
    assert cut.wait(SECONDS)
    assert server.got.endswith(b"then COMMIT")
    if passed:
        assert client.recv(65_536) == b"then COMMIT"[:passed]
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with connect(proxy) as other:
        assert ask(other, b"COMMIT") == b"COMMIT"


def test_a_request_is_cut_before_the_engine_gets_it(proxy: Proxy, client: socket.socket, server: EchoServer) -> None:
    cut = proxy.cut_request(b"COMMIT")
    client.sendall(b"COMMIT")
    assert cut.wait(SECONDS)
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert server.ended.wait(SECONDS)
    assert server.got == b"hello"


def test_the_end_of_faults_forgets_cuts(proxy: Proxy, client: socket.socket) -> None:
    proxy.cut_request()
    proxy.forward()
    assert ask(client, b"COMMIT") == b"COMMIT"


def test_new_connections_are_led_to_another_engine_and_open_ones_go_on(
    proxy: Proxy, client: socket.socket, server: EchoServer
) -> None:
    with EchoServer() as another:
        thread = threading.Thread(target=another.serve_forever, args=(0.01,))
        thread.start()
        proxy.lead_to(another.server_address[1])
        with connect(proxy) as other:
            assert ask(other, b"new") == b"new"
        assert ask(client, b"old") == b"old"
        another.shutdown()
        thread.join(SECONDS)
    assert (server.got, another.got) == (b"helloold", b"new")


def test_a_connection_to_an_engine_that_is_down_is_reset(server: EchoServer) -> None:
    with Proxy(server.server_address[1]) as proxy:
        server.server_close()
        with connect(proxy) as client, pytest.raises(ConnectionResetError):
            client.recv(1)
