"""Streams of a real process: their events, delays, reconnects and drains."""

import json
import socket
import time
from contextlib import closing
from itertools import pairwise
from typing import Any

from cluster.exchange import exchange
from cluster.listener import STREAM, Listener, ListenerThread
from cluster.perch_process import ServerProcess
from tests.e2e.conftest import StartPerch
from tests.http.wire import read_until_closed
from tests.integration.effort import AT_ONCE_SECONDS

FREED_SECONDS = 15.0
"""The contract: the slot of a client that disconnects is free within this time."""

PROMPTLY_SECONDS = 10.0


def publish(perch: ServerProcess, author: str, text: str = "hello") -> str:
    status, body = perch.call("POST", "/v1/tweets", author, json.dumps({"text": text}).encode())
    assert status == 201
    tweet_id: str = json.loads(body)["id"]
    return tweet_id


def follow(perch: ServerProcess, follower: str, followee: str) -> None:
    assert perch.call("PUT", f"/v1/users/me/following/{followee}", follower)[0] == 204


def test_a_tweet_is_streamed_when_it_is_published(start_perch: StartPerch) -> None:
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


def test_a_head_of_the_stream_has_no_content(start_perch: StartPerch) -> None:
    perch = start_perch()
    with socket.create_connection(("127.0.0.1", perch.port), PROMPTLY_SECONDS) as connection:
        connection.sendall(f"HEAD {STREAM} HTTP/1.1\r\nHost: x\r\nX-User-Id: bob\r\n\r\n".encode())
        answer = read_until_closed(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.partition(b"\r\n\r\n")[2] == b""


def test_a_stream_is_never_silent_for_fifteen_seconds(start_perch: StartPerch) -> None:
    perch = start_perch()
    with closing(Listener(perch.port, "bob")) as listener:
        blocks = listener.blocks()
        heard_at = [(next(blocks), time.monotonic()) for _ in range(4)]
    assert all(block.comments for block, _ in heard_at)
    pauses = [later - earlier for (_, earlier), (_, later) in pairwise(heard_at)]
    assert max(pauses) < FREED_SECONDS


def test_a_reconnect_resumes_even_before_the_first_tweet(start_perch: StartPerch) -> None:
    perch = start_perch()
    follow(perch, "bob", "alice")
    publish(perch, "alice", "before")
    with closing(Listener(perch.port, "bob")) as listener:
        next(listener.blocks())
    missed = publish(perch, "alice", "while nobody listened")
    with closing(Listener(perch.port, "bob", listener.last_event_id)) as listener:
        assert next(listener.tweets())["id"] == missed


def test_a_drain_ends_streams_with_a_retry_time_and_stops_at_once(start_perch: StartPerch) -> None:
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


def test_fifty_streams_get_each_tweet_once_in_order_and_at_once(
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
            published.append((time.monotonic(), publish(perch, "alice", f"number {number}")))
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


def reconnected(thread: ListenerThread, perch: ServerProcess, expected: int) -> ListenerThread:
    """Cuts the stream at any point, and resumes after its last tweet with another stream."""
    thread.wait_for(expected // 2, PROMPTLY_SECONDS)
    thread.listener.cut()
    thread.join(PROMPTLY_SECONDS)
    came: list[tuple[float, dict[str, Any]]] = list(thread.came)
    successor = ListenerThread(Listener(perch.port, thread.listener.user, came[-1][1]["id"]))
    successor.came = came
    successor.start()
    return successor
