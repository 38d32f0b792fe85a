"""Streams of a real process: their limit, and clients that disconnect."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.settings import Settings
from cluster.exchange import TIMELINE, exchange
from cluster.listener import STREAM, Listener
from cluster.perch_process import ServerProcess
from tests.e2e.conftest import StartPerch
from tests.e2e.test_stream import FREED_SECONDS, PROMPTLY_SECONDS, follow
from tests.integration.effort import AT_ONCE_SECONDS


def threads(perch: ServerProcess) -> int:
    return len(list(Path(f"/proc/{perch.process.pid}/task").iterdir()))


def open_files(perch: ServerProcess) -> int:
    return len(list(Path(f"/proc/{perch.process.pid}/fd").iterdir()))


def at_rest(perch: ServerProcess) -> tuple[int, int]:
    """The threads and open files of a started process without requests."""
    with closing(perch.connect()) as connection:
        assert exchange(connection, "GET", "/livez")[0] == 200
        files = open_files(perch)
    assert eventually(lambda: open_files(perch) < files, FREED_SECONDS)
    return threads(perch), open_files(perch)


def eventually(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)  # no event tells another process that a resource was freed
    return True


def accepts_a_stream(perch: ServerProcess) -> bool:
    with closing(Listener(perch.port, "carol")) as listener:
        return listener.response.status == 200


def test_a_stream_over_the_limit_is_refused_until_another_ends(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_STREAMS="2")
    with closing(Listener(perch.port, "bob")) as first, closing(Listener(perch.port, "bob")):
        asked_at = time.monotonic()
        with closing(Listener(perch.port, "carol")) as refused:
            assert time.monotonic() - asked_at < AT_ONCE_SECONDS
            assert refused.response.status == 503
            assert int(refused.response.headers["Retry-After"]) > 0
            assert json.loads(refused.response.read())["code"] == "overloaded"
        first.close()
        assert eventually(lambda: accepts_a_stream(perch), FREED_SECONDS)


def test_all_streams_in_use_leave_threads_for_ordinary_requests(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_STREAMS="64")
    before, _ = at_rest(perch)
    with ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(closing(Listener(perch.port, "bob")))
        started_at = time.monotonic()
        assert {perch.call("GET", TIMELINE, "bob")[0] for _ in range(Settings().server.max_in_flight * 4)} == {200}
        assert time.monotonic() - started_at < PROMPTLY_SECONDS
        assert threads(perch) > 64
    assert eventually(lambda: threads(perch) <= before, FREED_SECONDS)


@pytest.mark.parametrize("leave", [Listener.close, Listener.reset], ids=["closed", "reset"])
def test_two_hundred_disconnects_leave_no_thread_slot_or_file_behind(
    start_perch: StartPerch, leave: Callable[[Listener], None]
) -> None:
    perch = start_perch(MAX_STREAMS="64")
    threads_before, files_before = at_rest(perch)
    accepted = 0
    for number in range(200):
        listener = Listener(perch.port, f"user{number}")
        accepted += listener.response.status == 200
        leave(listener)
    assert accepted >= 64
    assert eventually(lambda: threads(perch) <= threads_before and open_files(perch) <= files_before, FREED_SECONDS)
    with ExitStack() as stack:
        listeners = [stack.enter_context(closing(Listener(perch.port, "bob"))) for _ in range(64)]
        assert {listener.response.status for listener in listeners} == {200}


def test_a_client_that_does_not_read_is_disconnected(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_STREAMS="1", TWEET_MAX_LENGTH="4000")
    follow(perch, "bob", "alice")
    with closing(perch.connect()) as connection:
        for _ in range(800):
            body = json.dumps({"text": "\U0001f426" * 3900}, ensure_ascii=False).encode()
            assert exchange(connection, "POST", "/v1/tweets", "alice", body)[0] == 201
    with closing(socket.create_connection(("127.0.0.1", perch.port))) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: perch\r\nX-User-Id: bob\r\nLast-Event-ID: 0\r\n\r\n".encode())
        deaf.recv(1)
        assert eventually(lambda: accepts_a_stream(perch), 2 * FREED_SECONDS)


def test_a_disconnect_is_not_logged_as_an_error(start_perch: StartPerch, tmp_path: Path) -> None:
    perch = start_perch(LOG_LEVEL="INFO")
    for leave in (Listener.close, Listener.reset):
        leave(Listener(perch.port, "bob"))
    assert eventually(lambda: accepts_a_stream(perch), FREED_SECONDS)
    perch.stop()
    log = (tmp_path / "perch.log").read_text()
    assert "Traceback" not in log
    assert "disconnected" not in log
