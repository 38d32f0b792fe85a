"""Slow and hostile clients are disconnected and leave nothing behind, and good clients are served meanwhile."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress

import pytest

from cluster.exchange import exchange
from cluster.perch_process import PerchProcess
from infrastructure.server.channel import SEND_SECONDS_MAX
from tests.e2e.conftest import StartPerch
from tests.faults.good_client import GoodClient
from tests.faults.hostile import SLOW, Crowd
from tests.faults.report import record
from tests.faults.vital_signs import vital_signs
from tests.http.cases import ROUTES
from tests.http.wire import read_until_closed
from tests.integration.effort import AT_ONCE_SECONDS, LONG
from tests.security.raw import LAST, statuses

OF_EACH = 25
DEADLINE_SECONDS = SEND_SECONDS_MAX + 10.0
P99_SECONDS_MAX = 0.5 if LONG else 5.0
IDLE = 1000
GROWTH_MIB_MAX = 60.0
"""The memory that the allocator keeps of unread answers; it does not grow with further crowds."""

GROWTH_MIB_MAX_LATER = 8.0


@pytest.fixture
def perch(start_perch: StartPerch) -> PerchProcess:
    """A server on which eve has a large timeline, and whose in-flight limit admits a whole crowd."""
    perch = start_perch(TWEET_MAX_LENGTH="4000", LOG_LEVEL="ERROR", MAX_IN_FLIGHT="300")
    with closing(perch.connect()) as connection:
        assert exchange(connection, "PUT", "/v1/users/me/following/alice", "eve")[0] == 204
        body = json.dumps({"text": "\U0001f426" * 3500}, ensure_ascii=False).encode()
        for _ in range(200):
            assert exchange(connection, "POST", "/v1/tweets", "alice", body)[0] == 201
        for _ in range(50):
            assert exchange(connection, "GET", "/v1/users/me/timeline", "carol")[0] == 200
        files = vital_signs(perch.process.pid).files
    assert eventually(lambda: vital_signs(perch.process.pid).files < files)
    return perch


def eventually(holds: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> bool:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        meanwhile()
        time.sleep(0.25)  # a process gives no signal when it closes a file
    return True


def test_slow_clients_are_disconnected_and_good_ones_are_served(perch: PerchProcess) -> None:
    before = vital_signs(perch.process.pid)
    withstand_a_crowd(perch)
    once = vital_signs(perch.process.pid)
    assert once.memory_mib - before.memory_mib < GROWTH_MIB_MAX
    if LONG:
        for _ in range(3):
            withstand_a_crowd(perch)
        assert vital_signs(perch.process.pid).memory_mib - once.memory_mib < GROWTH_MIB_MAX_LATER


def withstand_a_crowd(perch: PerchProcess) -> None:
    before = vital_signs(perch.process.pid)

    def all_gone() -> bool:
        now = vital_signs(perch.process.pid)
        return now.files <= before.files + 2 and now.threads <= before.threads

    with GoodClient(perch, "carol") as carol, GoodClient(perch, "dave") as dave:
        with Crowd(perch.port, SLOW, OF_EACH) as crowd:
            started_at = time.monotonic()
            assert eventually(lambda: vital_signs(perch.process.pid).files > before.files + len(crowd) // 2)
            assert eventually(all_gone, crowd.send_more), (before, vital_signs(perch.process.pid))
            seconds = time.monotonic() - started_at
        served = [*carol.seconds, *dave.seconds]
    p99 = max(carol.p99(), dave.p99())
    record(
        f"slow clients of {len(SLOW)} kinds, {OF_EACH} of each",
        last_gone_after_seconds=seconds,
        good_requests=len(served),
        good_p99_ms=p99 * 1000,
        mib_grown=vital_signs(perch.process.pid).memory_mib - before.memory_mib,
    )
    assert carol.statuses == dave.statuses == {200}
    assert len(served) > 100
    assert p99 < P99_SECONDS_MAX


def test_a_thousand_idle_connections_do_not_delay_other_clients(perch: PerchProcess) -> None:
    before = vital_signs(perch.process.pid)
    idle = [socket.create_connection(("127.0.0.1", perch.port)) for _ in range(IDLE)]
    try:
        for connection in idle:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: perch\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        with GoodClient(perch, "carol") as carol:
            assert eventually(lambda: len(carol.seconds) > 300)
        record(f"{IDLE:,} idle connections", good_requests=len(carol.seconds), good_p99_ms=carol.p99() * 1000)
        assert carol.statuses == {200}
        assert carol.p99() < P99_SECONDS_MAX
    finally:
        for connection in idle:
            connection.close()
    assert eventually(lambda: vital_signs(perch.process.pid).files <= before.files)


MANY = {
    # As many as arrive in one piece, so that all are there before the first answer is written.
    "metrics": b"GET /metrics HTTP/1.1\r\n\r\n" * 327,
    "pages": b"GET /openapi.json HTTP/1.1\r\n\r\n" * 250,
}


@pytest.mark.parametrize("name", MANY)
def test_clients_that_ask_for_much_and_read_nothing_hold_up_nobody(perch: PerchProcess, name: str) -> None:
    with closing(perch.connect()) as connection:
        for route in ROUTES:
            for method in {route.method, "HEAD", "POST", "PUT", "DELETE"}:
                connection.request(method, route.target, headers={"X-User-Id": "eve"})
                connection.getresponse().read()
        # 327 of these are more than waitress keeps for a client.
        assert len(exchange(connection, "GET", "/metrics")[1]) > 52_000
    before = vital_signs(perch.process.pid)
    hostile = [socket.socket() for _ in range(8)]
    try:
        for client in hostile:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", perch.port))
            client.sendall(MANY[name])
        with GoodClient(perch, "carol") as carol:
            assert eventually(lambda: len(carol.seconds) > 300)
        assert perch.call("GET", "/livez")[0] == 200
        assert carol.statuses == {200}
        assert carol.p99() < P99_SECONDS_MAX
        assert vital_signs(perch.process.pid).memory_mib - before.memory_mib < GROWTH_MIB_MAX
    finally:
        for client in hostile:
            client.close()
    assert eventually(lambda: vital_signs(perch.process.pid).files <= before.files)


def test_a_client_that_sends_many_requests_at_once_and_reads_gets_all_answers(perch: PerchProcess) -> None:
    with closing(socket.create_connection(("127.0.0.1", perch.port), DEADLINE_SECONDS)) as connection:
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\n\r\n" * 40 + LAST)
        answered = read_until_closed(connection)
    assert statuses(answered) == [200] * 40 + [404]


HEAD = b"POST /v1/tweets HTTP/1.1\r\nHost: perch\r\nX-User-Id: eve\r\nContent-Type: application/json\r\n"
REFUSED = {
    "a length of 1 GiB": (HEAD + b"Content-Length: 1073741824\r\n\r\n", b"413"),
    "a flood of headers": (b"GET / HTTP/1.1\r\n" + b"X-Flood: xxxxxxxxxxxxxxxxxxxxxxxx\r\n" * 20_000, b"431"),
    "an endless header": (b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 2**20, b"431"),
    "an endless path": (b"GET /" + b"x" * 2**20, b"4"),
    "a length and chunks": (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"4"),
    "two lengths": (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}", b"400"),
    "no request at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50 + b"\r\n\r\n", b"400"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_malicious_request_is_refused_at_once_and_its_connection_closed(perch: PerchProcess, name: str) -> None:
    sent, status = REFUSED[name]
    before = vital_signs(perch.process.pid)
    with closing(socket.create_connection(("127.0.0.1", perch.port), DEADLINE_SECONDS)) as connection:
        asked_at = time.monotonic()
        answer = send_and_read(connection, sent)
        assert answer.startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status)), answer[:200]
        assert time.monotonic() - asked_at < AT_ONCE_SECONDS
    assert perch.call("GET", "/livez")[0] == 200
    assert eventually(lambda: vital_signs(perch.process.pid).files <= before.files)


def send_and_read(connection: socket.socket, sent: bytes) -> bytes:
    """Returns the whole answer; the server may reset the connection before it has read everything."""
    answer = b""
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(sent)
    with suppress(ConnectionResetError):
        while received := connection.recv(1 << 16):
            answer += received
    return answer
