"""Behind nginx, configured as documented, idle and slow clients do not reach Perch."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cluster.exchange import TIMELINE
from cluster.perch_process import PerchProcess
from tests.e2e.conftest import StartPerch
from tests.e2e.gateway import Gateway, basic
from tests.faults.hostile import SLOW, Crowd
from tests.faults.report import record
from tests.faults.vital_signs import vital_signs
from tests.integration.effort import LONG

IDLE = 10_000 if LONG else 1_000
OF_EACH = 100
READS = 300
SECONDS = 30.0
P99_SECONDS_MAX = 0.5 if LONG else 5.0
UPSTREAM_FILES_MAX = 80
"""The connections that nginx keeps to Perch, with some reserve."""


@pytest.fixture
def perch(start_perch: StartPerch) -> PerchProcess:
    return start_perch(LOG_LEVEL="ERROR")


@pytest.fixture
def gateway(perch: PerchProcess, tmp_path: Path) -> Iterator[Gateway]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with Gateway(folder, perch.port, "alice", connections=20_000) as gateway:
        yield gateway


def good_p99(gateway: Gateway) -> float:
    """Returns the 99th percentile of the response times of a client that reads repeatedly."""
    seconds = []
    with closing(HTTPConnection("127.0.0.1", gateway.port, timeout=SECONDS)) as connection:
        for _ in range(READS):
            asked_at = time.monotonic()
            connection.request("GET", TIMELINE, headers=basic("alice"))
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            seconds.append(time.monotonic() - asked_at)
    return sorted(seconds)[READS * 99 // 100]


def test_thousands_of_idle_connections_do_not_delay_other_clients(perch: PerchProcess, gateway: Gateway) -> None:
    before = vital_signs(perch.process.pid)
    asked = (
        f"GET {TIMELINE} HTTP/1.1\r\nHost: perch\r\nAuthorization: {basic('alice')['Authorization']}\r\n\r\n".encode()
    )
    with ExitStack() as stack:
        for _ in range(IDLE):
            idle = stack.enter_context(closing(socket.create_connection(("127.0.0.1", gateway.port), SECONDS)))
            idle.sendall(asked)
            assert idle.recv(4096).startswith(b"HTTP/1.1 200")
        p99 = good_p99(gateway)
        now = vital_signs(perch.process.pid)
    record(f"{IDLE:,} idle connections to nginx", good_p99_ms=p99 * 1000, connections_to_perch=now.files - before.files)
    assert p99 < P99_SECONDS_MAX
    assert now.files - before.files < UPSTREAM_FILES_MAX


def test_slow_clients_do_not_get_past_nginx(perch: PerchProcess, gateway: Gateway) -> None:
    before = vital_signs(perch.process.pid)
    with Crowd(gateway.port, SLOW, OF_EACH) as crowd:
        crowd.send_more()
        p99 = good_p99(gateway)
        crowd.send_more()
        now = vital_signs(perch.process.pid)
    record(f"{len(crowd)} slow clients of nginx", good_p99_ms=p99 * 1000, connections_to_perch=now.files - before.files)
    assert p99 < P99_SECONDS_MAX
    assert now.files - before.files < UPSTREAM_FILES_MAX
