"""HTTP as granian speaks it, and what it does with clients that take their time."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.e2e.conftest import StartPerch
from tests.e2e.exchange import TIMELINE, exchange
from tests.e2e.perch_process import PerchProcess
from tests.e2e.test_stop import BODY
from tests.http.cases import TEXT
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.test_wire import LIVE, PUBLISH
from tests.http.wire import TIMEOUT_SECONDS, OverSocket, Request, encode, read_answer

ENDS = {
    "two lengths": b"Content-Length: 16\r\nContent-Length: 0\r\n\r\n",
    "a signed length": b"Content-Length: +16\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: gzip\r\n\r\n",
    "a chunk of no size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a folded header": b"X-Other: x\r\n X-User-Id: mallory\r\n\r\n",
    "a space before the colon": b"X-User-Id : mallory\r\n\r\n",
    "a header of 140,000 bytes": b"X-Other: " + b"a" * 140_000 + b"\r\n\r\n",
}


@pytest.fixture(scope="module")
def granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PerchProcess]:
    with PerchProcess(tmp_path_factory.mktemp("granian") / "log", SERVER="granian") as perch:
        yield perch


@pytest.fixture
def connection(granian: PerchProcess) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", granian.port), TIMEOUT_SECONDS) as connection:
        yield connection


def test_a_connection_goes_on_after_answers_with_and_without_a_body(connection: socket.socket) -> None:
    connection.sendall(encode(Request("POST", "/v1/tweets", [("X-User-Id", "alice"), JSON], TEXT)))
    tweet = f"/v1/tweets/{read_answer(connection).json()['id']}"
    for request, status in [
        (Request("PUT", "/v1/users/me/following/alice", [("X-User-Id", "walt")]), 204),
        (Request("HEAD", "/livez"), 200),
        (Request("GET", tweet, [("If-None-Match", "*")]), 304),
        (Request("GET", "/nowhere"), 404),
        (LIVE, 200),
    ]:
        connection.sendall(encode(request))
        answer = read_answer(connection, request.method)
        assert (answer.status, answer.headers.get("Connection")) == (status, None)


def test_requests_sent_at_once_are_answered_in_turn(connection: socket.socket) -> None:
    ids = [str(number) for number in range(20)]
    connection.sendall(b"".join(encode(Request("GET", "/livez", [("X-Request-Id", sent)])) for sent in ids))
    received = b""
    while received.count(b"x-request-id: ") < len(ids):
        received += connection.recv(65_536)
    assert [line[14:].decode() for line in received.split(b"\r\n") if line.startswith(b"x-request-id: ")] == ids


def test_a_body_too_large_is_refused_before_it_has_come(connection: socket.socket) -> None:
    connection.sendall(PUBLISH + b"Host: x\r\nContent-Length: 10000000000\r\n\r\n" + b" " * 20_000)
    assert_problem(read_answer(connection, "POST"), 413, "body-too-large")


def test_chunks_without_end_are_refused(connection: socket.socket) -> None:
    connection.sendall(
        PUBLISH + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n%b\r\n" % (b" " * 1000) * 20
    )
    assert_problem(read_answer(connection, "POST"), 413, "body-too-large")


def test_a_client_may_wait_before_it_sends_the_body(connection: socket.socket) -> None:
    body = send_all_but_the_body(connection)
    connection.sendall(body)
    assert read_answer(connection, "POST").status == 201


@pytest.mark.parametrize("rest", ENDS.values(), ids=ENDS)
def test_what_can_be_read_in_two_ways_ends_the_connection(connection: socket.socket, rest: bytes) -> None:
    connection.sendall(PUBLISH + b"Host: x\r\n" + rest)
    assert read_answer(connection, "POST").status in {400, 431}
    assert connection.recv(1) == b""


@pytest.mark.parametrize("target", ["//livez", "/%2Flivez", "http://x//livez", "/%252Flivez", "/livez/", "/./livez"])
def test_another_spelling_of_a_path_leads_nowhere(connection: socket.socket, target: str) -> None:
    connection.sendall(encode(Request("GET", target)))
    assert_problem(read_answer(connection), 404, "not-found")


def test_of_two_identities_none_counts(granian: PerchProcess) -> None:
    with closing(OverSocket(granian.url)) as transport:
        answer = Client(transport, "alice").get(TIMELINE, ("X-User-Id", "mallory"))
    assert_problem(answer, 400, "malformed-identity", {"header": "X-User-Id"})


def test_bodies_that_do_not_come_leave_reads_their_threads(start_perch: StartPerch) -> None:
    perch = start_perch(SERVER="granian", MAX_IN_FLIGHT="2")
    with ExitStack() as stack:
        slow, other_slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", perch.port), TIMEOUT_SECONDS)) for _ in range(2)
        ]
        body = send_all_but_the_body(slow)
        send_all_but_the_body(other_slow)
        status, problem = perch.call("POST", "/v1/tweets", "alice", BODY)
        assert (status, json.loads(problem)["code"]) == (503, "overloaded")
        reader = stack.enter_context(closing(perch.connect()))
        assert {exchange(reader, "GET", TIMELINE, "alice")[0] for _ in range(20)} == {200}
        slow.sendall(body)
        assert read_answer(slow, "POST").status == 201
        assert perch.call("POST", "/v1/tweets", "alice", BODY)[0] == 201


def send_all_but_the_body(connection: socket.socket) -> bytes:
    """Returns the body, which is waited for by then."""
    headers = [("X-User-Id", "alice"), JSON, ("Expect", "100-continue")]
    head, body = encode(Request("POST", "/v1/tweets", headers, TEXT)).split(b"\r\n\r\n")
    connection.sendall(head + b"\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
    return body
