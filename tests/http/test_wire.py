"""Behaviour that only a real connection shows."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.http.cases import TEXT
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.wire import TIMEOUT_SECONDS, OverSocket, Request, encode, read_answer, read_until_closed

LIVE = Request("GET", "/livez")
PUBLISH = b"POST /v1/tweets HTTP/1.1\r\nX-User-Id: alice\r\nContent-Type: application/json\r\n"

UNREADABLE = {
    "no HTTP at all": (400, b"\x16\x03\x01\x02\x00\x01\r\n\r\n"),
    "a method in small letters": (400, b"get /livez HTTP/1.1\r\n\r\n"),
    "a target in UTF-8": (400, "GET /é HTTP/1.1\r\n\r\n".encode()),
    "a query in UTF-8": (400, "GET /livez?é=1 HTTP/1.1\r\n\r\n".encode()),
    "a space in the target": (400, b"GET /live z HTTP/1.1\r\n\r\n"),
    "a space in a header's name": (400, b"GET /livez HTTP/1.1\r\nX User: alice\r\n\r\n"),
    "a control character in a header": (400, b"GET /livez HTTP/1.1\r\nX-User-Id: a\x01\r\n\r\n"),
    "a bare new line in a header": (400, b"GET /livez HTTP/1.1\r\nX-User-Id: a\nb: c\r\n\r\n"),
    "a negative length": (400, PUBLISH + b"Content-Length: -1\r\n\r\n"),
    "two lengths": (400, PUBLISH + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n"),
    "a length of 10 GB": (413, PUBLISH + b"Content-Length: 10000000000\r\n\r\n"),
    "an unknown coding": (501, PUBLISH + b"Transfer-Encoding: gzip\r\n\r\n"),
    "a chunk of no size": (400, PUBLISH + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "a chunk without an end": (400, PUBLISH + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n"),
}
CUT_OFF = {
    "a target that is no URL": b"GET http://[/livez HTTP/1.1\r\n\r\n",
    "a length of 5,000 digits": PUBLISH + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a target of 70,000 bytes": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "a header of 70,000 bytes": b"GET /livez HTTP/1.1\r\nX-User-Id: " + b"a" * 70_000 + b"\r\n\r\n",
}
"""The server may close the connection without an answer, or before its answer is read."""


@pytest.fixture
def connection(service_url: str) -> Iterator[socket.socket]:
    parts = urlsplit(service_url)
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT_SECONDS) as connection:
        yield connection


@pytest.mark.parametrize("unreadable", UNREADABLE)
def test_an_unreadable_request_ends_only_its_connection(
    connection: socket.socket, over_socket: OverSocket, unreadable: str
) -> None:
    status, sent = UNREADABLE[unreadable]
    answer = everything_after(connection, sent)
    assert answer.split()[1] == str(status).encode()
    assert b"text/html" not in answer
    assert b"Traceback" not in answer
    assert over_socket.send(LIVE).status == 200


@pytest.mark.parametrize("sent", CUT_OFF)
def test_a_request_that_is_cut_off_ends_only_its_connection(
    connection: socket.socket, over_socket: OverSocket, sent: str
) -> None:
    answer = everything_after(connection, CUT_OFF[sent])
    assert not answer or answer.split()[1] in {b"400", b"413", b"431"}
    assert over_socket.send(LIVE).status == 200


def everything_after(connection: socket.socket, sent: bytes) -> bytes:
    """All that the server answers until it closes the connection."""
    with suppress(ConnectionError):
        connection.sendall(sent)
    return read_until_closed(connection)


def test_a_connection_serves_many_requests_whatever_their_answers(connection: socket.socket) -> None:
    for target, status in [("/livez", 200), ("/nowhere", 404), ("/v1/users/me/timeline", 401), ("/livez", 200)]:
        connection.sendall(encode(Request("GET", target)))
        assert read_answer(connection).status == status


def test_a_connection_stays_open_after_an_answer_without_a_body(connection: socket.socket) -> None:
    follow = Request("PUT", "/v1/users/me/following/alice", [("X-User-Id", "walt")])
    for request, status in [(follow, 204), (LIVE, 200), (follow, 204), (LIVE, 200)]:
        connection.sendall(encode(request))
        answer = read_answer(connection, request.method)
        assert (answer.status, answer.headers.get("Connection")) == (status, None)


def test_a_client_may_ask_to_end_the_connection_with_an_answer_without_a_body(connection: socket.socket) -> None:
    headers = [("X-User-Id", "walt"), ("Connection", "close")]
    received = everything_after(connection, encode(Request("PUT", "/v1/users/me/following/alice", headers)))
    assert received.startswith(b"HTTP/1.1 204 ")


def test_a_content_length_over_the_limit_of_the_server_is_a_problem(connection: socket.socket) -> None:
    connection.sendall(PUBLISH + b"Content-Length: 10000000000\r\n\r\n")
    assert_problem(read_answer(connection, "POST"), 413, "body-too-large")


def test_pipelined_requests_are_answered_in_order(connection: socket.socket) -> None:
    count = 20
    requests = [Request("GET", "/livez", [("X-Request-Id", str(number))]) for number in range(count)]
    connection.sendall(b"".join(map(encode, requests)) + encode(Request("GET", "/x", [("Connection", "close")])))
    received = everything_after(connection, b"")
    found = [line.split()[1] for line in received.split(b"\r\n") if line.lower().startswith(b"x-request-id:")]
    assert found[:count] == [str(number).encode() for number in range(count)]
    assert len(found) == count + 1


def test_a_request_in_pieces_is_one_request(connection: socket.socket) -> None:
    request = encode(Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], TEXT))
    for byte in request:
        connection.sendall(bytes([byte]))
    assert read_answer(connection, "POST").status == 201


def test_a_client_may_stop_sending_before_the_answer(connection: socket.socket) -> None:
    connection.sendall(encode(Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], TEXT)))
    connection.shutdown(socket.SHUT_WR)
    assert read_answer(connection, "POST").status == 201


def test_a_body_that_ends_early_is_not_stored(connection: socket.socket, over_socket: OverSocket) -> None:
    author = Client(over_socket, "early")
    head, body = encode(Request("POST", "/v1/tweets", [("X-User-Id", "early"), JSON], TEXT)).split(b"\r\n\r\n")
    connection.sendall(head + b"\r\n\r\n" + body[:-1])
    connection.shutdown(socket.SHUT_WR)
    assert everything_after(connection, b"") == b""
    assert author.get("/v1/users/early").json()["tweets_count"] == 0


def test_http_1_0_is_served(connection: socket.socket) -> None:
    received = everything_after(connection, b"GET /livez HTTP/1.0\r\n\r\n")
    assert received.startswith(b"HTTP/1.0 200 ")


def test_a_client_may_wait_before_it_sends_the_body(connection: socket.socket) -> None:
    headers = [("X-User-Id", "alice"), JSON, ("Expect", "100-continue")]
    head, body = encode(Request("POST", "/v1/tweets", headers, TEXT)).split(b"\r\n\r\n")
    connection.sendall(head + b"\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
    connection.sendall(body)
    assert read_answer(connection, "POST").status == 201


def test_a_transport_reconnects_after_the_server_closes(service_url: str) -> None:
    transport = OverSocket(service_url)
    assert transport.send(LIVE).status == 200
    assert transport._connection is not None
    transport._connection.shutdown(socket.SHUT_WR)
    assert transport._connection.recv(1) == b""
    assert transport.send(LIVE).status == 200
    transport.close()
