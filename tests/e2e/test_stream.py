"""Streams of a real process: limits, those who vanish, drain, and everybody else meanwhile."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from tests.e2e.conftest import StartPerch, on_both_servers
from tests.e2e.exchange import TIMELINE, exchange
from tests.e2e.listener import STREAM, Listener, ListenerThread
from tests.e2e.perch_process import PerchProcess
from tests.integration.effort import AT_ONCE_SECONDS

FREED_SECONDS = 15.0
"""The contract for a client that goes away."""

PROMPTLY_SECONDS = 10.0


def publish(perch: PerchProcess, author: str, text: str = "hello") -> str:
    status, body = perch.call("POST", "/v1/tweets", author, json.dumps({"text": text}).encode())
    assert status == 201
    tweet_id: str = json.loads(body)["id"]
    return tweet_id


def follow(perch: PerchProcess, follower: str, followee: str) -> None:
    assert perch.call("PUT", f"/v1/users/me/following/{followee}", follower)[0] == 204


def threads(perch: PerchProcess) -> int:
    return len(list(Path(f"/proc/{perch.process.pid}/task").iterdir()))


def open_files(perch: PerchProcess) -> int:
    return len(list(Path(f"/proc/{perch.process.pid}/fd").iterdir()))


def at_rest(perch: PerchProcess) -> tuple[int, int]:
    """Threads and open files of a process that has started and whom nobody asks anything."""
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
        time.sleep(0.02)  # nothing outside tells that a process has let something go
    return True


@on_both_servers
def test_a_tweet_comes_when_it_is_published(start_perch: StartPerch) -> None:
    perch = start_perch()
    follow(perch, "bob", "alice")
    with closing(Listener(perch.port, "bob")) as listener:
        assert listener.response.status == 200
        assert listener.response.headers["Content-Type"] == "text/event-stream"
        sent = [publish(perch, "alice", f"number {number}\nwith two lines") for number in range(5)]
        tweets = listener.tweets()
        came = [next(tweets) for _ in sent]
    assert [tweet["id"] for tweet in came] == sent
    assert [tweet["text"] for tweet in came] == [f"number {number}\nwith two lines" for number in range(5)]


def test_something_comes_at_least_every_fifteen_seconds(start_perch: StartPerch) -> None:
    perch = start_perch()
    with closing(Listener(perch.port, "bob")) as listener:
        blocks = listener.blocks()
        heard_at = [(next(blocks), time.monotonic()) for _ in range(4)]
    assert all(block.comments for block, _ in heard_at)
    pauses = [later - earlier for (_, earlier), (_, later) in pairwise(heard_at)]
    assert max(pauses) < FREED_SECONDS


@on_both_servers
def test_a_reconnect_goes_on_even_if_no_tweet_had_come(start_perch: StartPerch) -> None:
    perch = start_perch()
    follow(perch, "bob", "alice")
    publish(perch, "alice", "before")
    with closing(Listener(perch.port, "bob")) as listener:
        next(listener.blocks())
    missed = publish(perch, "alice", "while nobody listened")
    with closing(Listener(perch.port, "bob", listener.last_event_id)) as listener:
        assert next(listener.tweets())["id"] == missed


@on_both_servers
def test_one_more_than_the_limit_is_refused_at_once_and_gets_in_when_one_leaves(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_STREAMS="2")
    with closing(Listener(perch.port, "bob")) as first, closing(Listener(perch.port, "bob")):
        asked_at = time.monotonic()
        with closing(Listener(perch.port, "carol")) as refused:
            assert time.monotonic() - asked_at < AT_ONCE_SECONDS
            assert refused.response.status == 503
            assert int(refused.response.headers["Retry-After"]) > 0
            assert json.loads(refused.response.read())["code"] == "overloaded"
        first.close()
        assert eventually(lambda: is_let_in(perch), FREED_SECONDS)


def is_let_in(perch: PerchProcess) -> bool:
    with closing(Listener(perch.port, "carol")) as listener:
        return listener.response.status == 200


@on_both_servers
def test_full_streams_leave_ordinary_requests_their_threads(start_perch: StartPerch) -> None:
    perch = start_perch(MAX_STREAMS="64")
    before, _ = at_rest(perch)
    with ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(closing(Listener(perch.port, "bob")))
        started_at = time.monotonic()
        assert {perch.call("GET", TIMELINE, "bob")[0] for _ in range(Settings().max_in_flight * 4)} == {200}
        assert time.monotonic() - started_at < PROMPTLY_SECONDS
        assert threads(perch) > 64
    assert eventually(lambda: threads(perch) <= before, FREED_SECONDS)


@on_both_servers
@pytest.mark.parametrize("leave", [Listener.close, Listener.reset], ids=["closed", "reset"])
def test_two_hundred_who_come_and_vanish_leave_no_thread_no_slot_and_no_file_behind(
    start_perch: StartPerch, leave: Callable[[Listener], None]
) -> None:
    perch = start_perch(MAX_STREAMS="64")
    threads_before, files_before = at_rest(perch)
    let_in = 0
    for number in range(200):
        listener = Listener(perch.port, f"user{number}")
        let_in += listener.response.status == 200
        leave(listener)
    assert let_in >= 64
    # Fewer where some of granian's were still idle before.
    assert eventually(lambda: threads(perch) <= threads_before and open_files(perch) == files_before, FREED_SECONDS)
    with ExitStack() as stack:
        listeners = [stack.enter_context(closing(Listener(perch.port, "bob"))) for _ in range(64)]
        assert {listener.response.status for listener in listeners} == {200}


def test_a_client_that_does_not_read_is_let_go(start_perch: StartPerch) -> None:
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
        assert eventually(lambda: is_let_in(perch), 2 * FREED_SECONDS)


@on_both_servers
def test_a_drain_tells_streams_to_come_back_and_stops_at_once(start_perch: StartPerch) -> None:
    perch = start_perch(SHUTDOWN_SECONDS="50")
    follow(perch, "bob", "alice")
    listeners = [Listener(perch.port, "bob") for _ in range(30)]
    sent = publish(perch, "alice")
    signalled_at = time.monotonic()
    perch.stop()
    assert time.monotonic() - signalled_at < PROMPTLY_SECONDS
    for listener in listeners:
        with closing(listener):
            *blocks, last = listener.blocks()
        assert [tweet["id"] for block in blocks if (tweet := block.tweet())] in ([sent], [])
        assert 0 < int(last.fields["retry"]) < 10_000


def test_fifty_of_a_thousand_followers_stream_each_tweet_once_in_order_and_at_once(
    start_perch: StartPerch,
) -> None:
    perch = start_perch()
    followers = [f"user{number}" for number in range(1000)]
    with closing(perch.connect()) as connection:
        for follower in followers:
            assert exchange(connection, "PUT", "/v1/users/me/following/alice", follower)[0] == 204
        threads_ = [ListenerThread(Listener(perch.port, follower)) for follower in followers[::20]]
        for thread in threads_:
            thread.start()
        published: list[tuple[float, str]] = []
        for number in range(20):
            published.append((time.monotonic(), publish_over(connection, f"number {number}")))
            if number == 9:
                threads_ = [reconnected(thread, perch, len(published)) for thread in threads_]
        for thread in threads_:
            assert thread.wait_for(20, PROMPTLY_SECONDS)
            thread.listener.cut()
    ids = [tweet_id for _, tweet_id in published]
    delays = sorted(
        came_at - sent_at
        for thread in threads_
        for (came_at, _), (sent_at, _) in zip(thread.came, published, strict=True)
    )
    assert all([tweet["id"] for _, tweet in thread.came] == ids for thread in threads_)
    assert delays[len(delays) * 99 // 100] < AT_ONCE_SECONDS


def publish_over(connection: HTTPConnection, text: str) -> str:
    status, body = exchange(connection, "POST", "/v1/tweets", "alice", json.dumps({"text": text}).encode())
    assert status == 201
    tweet_id: str = json.loads(body)["id"]
    return tweet_id


def reconnected(thread: ListenerThread, perch: PerchProcess, expected: int) -> ListenerThread:
    """Cuts the stream wherever it is, and goes on from the last tweet with another, without waiting for the rest."""
    thread.wait_for(expected // 2, PROMPTLY_SECONDS)
    thread.listener.cut()
    thread.join(PROMPTLY_SECONDS)
    came: list[tuple[float, dict[str, Any]]] = list(thread.came)
    successor = ListenerThread(Listener(perch.port, thread.listener.user, came[-1][1]["id"]))
    successor.came = came
    successor.start()
    return successor


@on_both_servers
def test_no_traceback_and_no_path_of_a_client_that_left_is_logged(start_perch: StartPerch, tmp_path: Path) -> None:
    perch = start_perch(LOG_LEVEL="INFO")
    for leave in (Listener.close, Listener.reset):
        leave(Listener(perch.port, "bob"))
    assert eventually(lambda: is_let_in(perch), FREED_SECONDS)
    perch.stop()
    log = (tmp_path / "perch.log").read_text()
    assert "Traceback" not in log
    assert "disconnected" not in log
