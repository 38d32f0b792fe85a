"""A client that sends a body over the limit of the server, and reads only afterwards, still gets its 413."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from cluster.exchange import ANSWER_SECONDS
from cluster.perch_process import PerchProcess, run
from infrastructure.server.channel import DISCARDED_BYTES_MAX
from tests.documents.programs import program
from tests.e2e.conftest import StartPerch
from tests.e2e.test_stop import LAST_WORDS, wait_until_refused
from tests.http.problems import assert_problem
from tests.http.wire import Answer, read_answer

MIB = 1024 * 1024
AT_ONCE = 8
HEAD = b"POST /v1/tweets HTTP/1.1\r\nHost: perch\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SENT = {f"{size} MiB": HEAD + b"Content-Length: %d\r\n\r\n" % (size * MIB) + bytes(size * MIB) for size in (4, 20)} | {
    "20 MiB in chunks": HEAD + CHUNKED + (b"%x\r\n" % MIB + bytes(MIB) + b"\r\n") * 20 + b"0\r\n\r\n",
    "20 MiB of headers": b"GET / HTTP/1.1\r\n" + (b"X-Flood: " + bytes(1000).replace(b"\0", b"x") + b"\r\n") * 20_000,
    "20 MiB after a malformed head": b"POST / HTTP/1.1\r\nNo header\r\n\r\n" + bytes(20 * MIB),
}
FETCH = """
const body = new Uint8Array(20 * 1024 * 1024);
const ask = () => fetch(process.argv[1] + '/v1/tweets', { method: 'POST', body }).then(
    (response) => response.json().then((problem) => problem.code), String);
Promise.all(Array.from({ length: 8 }, ask)).then((codes) => console.log(JSON.stringify(codes)));
"""


@pytest.fixture
def perch(start_perch: StartPerch) -> PerchProcess:
    return start_perch()


def send_then_read(perch: PerchProcess, sent: bytes) -> Answer:
    with closing(connected(perch)) as connection:
        connection.sendall(sent)
        return read_answer(connection, "POST")


def connected(perch: PerchProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", perch.port), ANSWER_SECONDS)


@pytest.mark.parametrize("name", SENT)
def test_a_client_that_reads_only_after_its_body_gets_its_answer(perch: PerchProcess, name: str) -> None:
    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(lambda _: send_then_read(perch, SENT[name]), range(AT_ONCE)))
    assert {answer.headers["Connection"] for answer in answers} == {"close"}
    statuses = {answer.status for answer in answers}
    if "Content-Type" in SENT[name].decode("latin-1")[:200]:
        assert statuses == {413}
        assert_problem(answers[0], 413, "body-too-large")
    assert statuses < {400, 413, 431}


def test_every_fetch_of_node_gets_its_answer(perch: PerchProcess) -> None:
    node = program("node", "it comes with Node.js 20 or later")
    outcome = run([node, "-e", FETCH, perch.url], ANSWER_SECONDS, {})
    assert json.loads(outcome.stdout) == ["body-too-large"] * AT_ONCE, outcome.stderr


def test_a_body_without_end_is_not_read_without_end(perch: PerchProcess) -> None:
    sent = 0
    with closing(connected(perch)) as connection, suppress(ConnectionError):
        connection.sendall(HEAD + b"Content-Length: 99999999999\r\n\r\n")
        while sent < 4 * DISCARDED_BYTES_MAX:
            connection.sendall(bytes(MIB))
            sent += MIB
    assert DISCARDED_BYTES_MAX <= sent < 2 * DISCARDED_BYTES_MAX


def test_a_stop_waits_for_the_rest_of_a_body_that_was_refused(perch: PerchProcess) -> None:
    with closing(connected(perch)) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (20 * MIB) + bytes(2 * MIB))
        assert connection.recv(1, socket.MSG_PEEK)
        perch.ask_to_stop()
        wait_until_refused(perch)
        connection.sendall(bytes(18 * MIB))
        assert read_answer(connection, "POST").status == 413
    assert LAST_WORDS.fullmatch(perch.stop())
