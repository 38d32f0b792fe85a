"""SIGTERM and SIGINT: Perch answers what was sent, closes the rest, and stops with status 0."""

import re
import signal
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cluster.exchange import ANSWER_SECONDS, TIMELINE, exchange, receive, send
from cluster.listener import Listener
from cluster.perch_process import START_SECONDS, ServerProcess, command, run
from tests.e2e.conftest import StartPerch
from tests.e2e.gateway import free_port
from tests.e2e.test_stream_limits import eventually
from tests.e2e.visitors import BODY, VISITORS, warm_visitors

PROMPTLY_SECONDS = 10.0
LAST_WORDS = re.compile(r"Perch stopped; tweets left to push: \d+\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_perch_with_status_0(start_perch: StartPerch, number: signal.Signals) -> None:
    perch = start_perch()

    assert LAST_WORDS.fullmatch(perch.stop(number))


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">/dev/full", ">/dev/full 2>&1"])
def test_output_that_cannot_be_written_ends_nothing(tmp_path: Path, streams: str) -> None:
    port = free_port()
    program = ["sh", "-c", f'exec "$@" {streams}', "sh", *command("serve")]
    with ServerProcess(tmp_path / "log", program, {"PORT": str(port)}) as perch:
        perch.port = port
        assert eventually(lambda: answers(perch), START_SECONDS)
        assert perch.stop() == "" or "2>&-" in streams
    assert "crashed" not in perch.log()


@pytest.mark.parametrize("settings", [{}, {"LOG_LEVEL": "INFO"}], ids=["quiet", "with a log"])
def test_a_reader_that_is_gone_after_the_first_line_ends_nothing(
    start_perch: StartPerch, settings: dict[str, str]
) -> None:
    perch = start_perch(**settings)
    perch.hang_up()
    assert perch.call("GET", "/livez")[0] == 200
    perch.ask_to_stop()
    assert perch.process.wait(PROMPTLY_SECONDS) == 0
    assert "BrokenPipe" not in perch.log()


def test_a_reader_of_the_openapi_document_may_leave_early() -> None:
    program = ["sh", "-c", '"$@" | head -c 1', "sh", *command("openapi")]
    assert run(program, START_SECONDS, {}).stderr == ""


def answers(perch: ServerProcess) -> bool:
    try:
        return perch.call("GET", "/livez")[0] == 200
    except ConnectionRefusedError:
        return False


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


def test_a_half_sent_request_delays_the_stop_by_shutdown_seconds_at_most(start_perch: StartPerch) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="1")
    with closing(perch.connect()) as connection:
        send_first_half(connection)

        signalled_at = time.monotonic()
        perch.stop()

        assert time.monotonic() - signalled_at < PROMPTLY_SECONDS


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_perch_at_once(start_perch: StartPerch, second: signal.Signals) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="50")
    with closing(perch.connect()) as connection:
        send_first_half(connection)
        perch.ask_to_stop()
        wait_until_refused(perch)

        signalled_at = time.monotonic()
        perch.process.send_signal(second)

        assert perch.process.wait(PROMPTLY_SECONDS) == -second
        assert time.monotonic() - signalled_at < PROMPTLY_SECONDS


def test_a_stop_under_load_answers_every_request_and_ends_every_stream(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_IN_FLIGHT=str(VISITORS), SHUTDOWN_SECONDS="15")
    listeners = [Listener(perch.port, "bob") for _ in range(20)]
    visitors = warm_visitors(perch)

    signalled_at = time.monotonic()
    said = perch.stop()
    assert time.monotonic() - signalled_at < PROMPTLY_SECONDS
    assert LAST_WORDS.fullmatch(said)

    for listener in listeners:
        with closing(listener):
            *_, last = listener.blocks()
        assert "retry" in last.fields
    for visitor in visitors:
        visitor.join(ANSWER_SECONDS)
    sent_before = [visit for visitor in visitors for visit in visitor.visits if visit.sent_at < signalled_at]
    assert {visit.status for visit in sent_before} == {201}
    assert any(visit.answered_at > signalled_at for visit in sent_before), "nothing was in flight"


def test_a_stopping_perch_refuses_connections_and_answers_requests_in_flight(start_perch: StartPerch) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="50")
    with closing(perch.connect()) as connection:
        send_first_half(connection)

        perch.ask_to_stop()
        wait_until_refused(perch)
        send_second_half(connection)

        assert receive(connection)[0] == 201
    assert LAST_WORDS.fullmatch(perch.stop())


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "not accepted"])
def test_requests_sent_before_the_signal_are_answered(start_perch: StartPerch, *, accepted: bool) -> None:
    perch = start_perch(MAX_IN_FLIGHT="50")
    with ExitStack() as stack:
        if not accepted:
            perch.process.send_signal(signal.SIGSTOP)
        connections = [stack.enter_context(closing(perch.connect())) for _ in range(50)]
        if accepted:
            assert [exchange(connection, "GET", "/livez")[0] for connection in connections] == [200] * 50
            perch.process.send_signal(signal.SIGSTOP)

        for connection in connections:
            send(connection, "GET", TIMELINE, "alice")
        perch.ask_to_stop()
        perch.process.send_signal(signal.SIGCONT)

        assert [receive(connection)[0] for connection in connections] == [200] * 50
    assert LAST_WORDS.fullmatch(perch.stop())


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


def wait_until_refused(perch: ServerProcess) -> None:
    deadline = time.monotonic() + PROMPTLY_SECONDS
    while time.monotonic() < deadline:
        try:
            perch.connect().close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            continue  # the listener closed while the connection was being made
    raise AssertionError("Perch still takes connections.")
