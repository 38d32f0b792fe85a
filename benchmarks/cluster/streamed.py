"""The delay of a tweet from the publish at one `serve` to a stream that the other one holds."""

import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import orjson

from benchmarks.cluster.amounts import Amounts
from benchmarks.cluster.sites import Site
from benchmarks.figure import Row, plain
from benchmarks.load import p50, p99
from cluster.exchange import exchange
from cluster.listener import Listener, ListenerThread
from load.crew import Crew

AUTHOR, FOLLOWER = "speaker", "listener"
BODY = b'{"text": "A tweet of a usual length, to somebody who listens"}'
CREATED = 201
EVERY_SECONDS = 0.05
"""Tweets come at moments that have nothing to do with those at which a stream looks for them."""

WAIT_SECONDS = 30.0


def streams(site: Site, crew: Crew, amounts: Amounts) -> Iterator[Row]:
    """Yields median and p99, each of the rounds; raises `RuntimeError` if a tweet does not come."""
    crew.work_off("follow", [(FOLLOWER, AUTHOR)], lambda client, follow: client.follow(*follow))
    thread = ListenerThread(Listener(site.other.port, FOLLOWER))
    thread.start()
    try:
        _milliseconds(site, thread, 1)
        rounds = [_milliseconds(site, thread, amounts.streamed) for _ in range(amounts.rounds)]
    finally:
        thread.listener.cut()
        thread.join(WAIT_SECONDS)
    yield plain("tweet in a stream of the other serve: p50", [p50(each) for each in rounds], "ms")
    yield plain("tweet in a stream of the other serve: p99", [p99(each) for each in rounds], "ms")


def _milliseconds(site: Site, thread: ListenerThread, tweets: int) -> list[float]:
    """Publishes so many tweets; returns how long after the publish each came."""
    before = len(thread.came)
    published_at = {}
    with closing(HTTPConnection("127.0.0.1", site.one.port, timeout=WAIT_SECONDS)) as connection:
        for _ in range(tweets):
            at = time.monotonic()
            status, answer = exchange(connection, "POST", "/v1/tweets", AUTHOR, BODY)
            if status != CREATED:
                raise RuntimeError(f"a tweet was answered {status}")
            published_at[orjson.loads(answer)["id"]] = at
            time.sleep(EVERY_SECONDS)
    if not thread.wait_for(before + tweets, WAIT_SECONDS):
        raise RuntimeError(f"a tweet is not in the stream after {WAIT_SECONDS:g} s")
    return [(at - published_at[tweet["id"]]) * 1000 for at, tweet in thread.came[before:]]
