"""SIGTERM and SIGINT: Perch answers what was sent, closes the rest, and stops with status 0."""

import math
import re
import signal
import threading
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import pytest

from tests.e2e.conftest import StartPerch, on_both_servers
from tests.e2e.exchange import ANSWER_SECONDS, TIMELINE, exchange, receive, send
from tests.e2e.listener import Listener
from tests.e2e.perch_process import PerchProcess

pytestmark = on_both_servers

PROMPTLY_SECONDS = 10.0
VISITORS = 60
WARM_VISITS = 10
BODY = b'{"text": "hello"}'
LAST_WORDS = re.compile(r"Perch stopped; events left: \d+\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_status_0(start_perch: StartPerch, number: signal.Signals) -> None:
    perch = start_perch()

    assert LAST_WORDS.fullmatch(perch.stop(number))


def test_idle_connections_do_not_hold_up_the_stop(start_perch: StartPerch) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="50")
    with ExitStack() as stack:
        used, unused = ([stack.enter_context(closing(perch.connect())) for _ in range(20)] for _ in range(2))
        for connection in used:
            assert exchange(connection, "GET", "/livez")[0] == 200

        signalled_at = time.monotonic()
        perch.stop()

        assert time.monotonic() - signalled_at < PROMPTLY_SECONDS
        assert all(connection.sock.recv(1) == b"" for connection in used + unused)


def test_a_half_sent_request_holds_up_the_stop_for_its_longest_time_only(start_perch: StartPerch) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="1")
    with closing(perch.connect()) as connection:
        send_first_half(connection)

        signalled_at = time.monotonic()
        perch.stop()

        assert time.monotonic() - signalled_at < PROMPTLY_SECONDS


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(start_perch: StartPerch, second: signal.Signals) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="50")
    with closing(perch.connect()) as connection:
        send_first_half(connection)
        perch.ask_to_stop()
        wait_until_refused(perch)

        signalled_at = time.monotonic()
        perch.process.send_signal(second)

        assert perch.process.wait(PROMPTLY_SECONDS) == -second
        assert time.monotonic() - signalled_at < PROMPTLY_SECONDS


def test_under_load_with_streams_it_stops_in_time_and_cuts_nothing(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_IN_FLIGHT=str(VISITORS), SHUTDOWN_SECONDS="15")
    listeners = [Listener(perch.port, "bob") for _ in range(20)]
    visitors = warm_visitors(perch)

    signalled_at = time.monotonic()
    perch.stop()
    assert time.monotonic() - signalled_at < PROMPTLY_SECONDS

    for listener in listeners:
        with closing(listener):
            *_, last = listener.blocks()
        assert "retry" in last.fields
    for visitor in visitors:
        visitor.join(ANSWER_SECONDS)
        sent_before = [visit for visit in visitor.visits if visit.sent_at < signalled_at]
        assert {visit.status for visit in sent_before} == {201}


def test_while_it_stops_it_refuses_connections_and_answers_what_is_in_flight(start_perch: StartPerch) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="50")
    with closing(perch.connect()) as connection:
        send_first_half(connection)

        perch.ask_to_stop()
        wait_until_refused(perch)
        send_second_half(connection)

        assert receive(connection)[0] == 201
    assert LAST_WORDS.fullmatch(perch.stop())


def test_requests_sent_before_the_signal_are_answered_although_nobody_has_read_them_yet(
    start_perch: StartPerch,
) -> None:
    perch = start_perch(MAX_IN_FLIGHT="50")
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(perch.connect())) for _ in range(50)]
        for connection in connections:
            assert exchange(connection, "GET", "/livez")[0] == 200

        perch.process.send_signal(signal.SIGSTOP)
        for connection in connections:
            send(connection, "GET", TIMELINE, "alice")
        perch.ask_to_stop()
        perch.process.send_signal(signal.SIGCONT)

        assert [receive(connection)[0] for connection in connections] == [200] * 50
    assert LAST_WORDS.fullmatch(perch.stop())


def test_requests_over_connections_that_are_not_accepted_yet_are_answered(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_IN_FLIGHT="50")
    perch.process.send_signal(signal.SIGSTOP)
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(perch.connect())) for _ in range(50)]
        for connection in connections:
            send(connection, "GET", TIMELINE, "alice")
        perch.ask_to_stop()
        perch.process.send_signal(signal.SIGCONT)

        assert [receive(connection)[0] for connection in connections] == [200] * 50
    assert LAST_WORDS.fullmatch(perch.stop())


def test_under_load_every_request_sent_before_the_signal_is_answered(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_IN_FLIGHT=str(VISITORS), SHUTDOWN_SECONDS="50")
    visitors = warm_visitors(perch)

    signalled_at = time.monotonic()
    said = perch.stop()
    seconds = time.monotonic() - signalled_at
    for visitor in visitors:
        visitor.join(ANSWER_SECONDS)

    assert seconds < PROMPTLY_SECONDS
    assert LAST_WORDS.fullmatch(said)
    sent_before = [visit for visitor in visitors for visit in visitor.visits if visit.sent_at < signalled_at]
    assert {visit.status for visit in sent_before} == {201}
    assert any(visit.answered_at > signalled_at for visit in sent_before), "nothing was in flight"


@dataclass
class Visit:
    """A request that was sent; `status` and `answered_at` are those of its answer, if there is one."""

    sent_at: float
    status: int | None = None
    answered_at: float = math.inf


class Visitor(threading.Thread):
    """Publishes one tweet after the other over one connection, until that is closed."""

    def __init__(self, perch: PerchProcess) -> None:
        super().__init__(daemon=True)
        self._perch = perch
        self.visits: list[Visit] = []
        self.warm = threading.Event()

    def run(self) -> None:
        with closing(self._perch.connect()) as connection, suppress(OSError, HTTPException):
            connection.auto_open = 0
            while True:
                send(connection, "POST", "/v1/tweets", "alice", BODY)
                visit = Visit(time.monotonic())
                self.visits.append(visit)
                visit.status, _ = receive(connection)
                visit.answered_at = time.monotonic()
                if len(self.visits) == WARM_VISITS:
                    self.warm.set()


def warm_visitors(perch: PerchProcess) -> list[Visitor]:
    visitors = [Visitor(perch) for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        assert visitor.warm.wait(ANSWER_SECONDS)
    return visitors


def send_first_half(connection: HTTPConnection) -> None:
    """Sends the head of a request and half of its body, over a connection that is known to be accepted."""
    assert exchange(connection, "GET", "/livez")[0] == 200
    connection.putrequest("POST", "/v1/tweets")
    connection.putheader("X-User-Id", "alice")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", len(BODY))
    connection.endheaders(BODY[:5])


def send_second_half(connection: HTTPConnection) -> None:
    connection.send(BODY[5:])


def wait_until_refused(perch: PerchProcess) -> None:
    deadline = time.monotonic() + PROMPTLY_SECONDS
    while time.monotonic() < deadline:
        try:
            perch.connect().close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # the listener closed while the connection was being made
    raise AssertionError("Perch still takes connections.")
