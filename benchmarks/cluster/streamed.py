"""The delay of a tweet from the publish at one `serve` to a stream that the other one holds."""

import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

from benchmarks.cluster.amounts import Amounts
from benchmarks.cluster.sites import Site
from benchmarks.figure import Row, plain
from benchmarks.load import p50, p99
from load.crew import Crew
from tests.e2e.exchange import receive, send
from tests.e2e.listener import Listener

AUTHOR, FOLLOWER = "speaker", "listener"
BODY = b'{"text": "A tweet of a usual length, to somebody who listens"}'
CREATED = 201


def streams(site: Site, crew: Crew, amounts: Amounts) -> Iterator[Row]:
    """Yields median and p99, each of the rounds."""
    crew.work_off("follow", [(FOLLOWER, AUTHOR)], lambda client, follow: client.follow(*follow))
    with (
        closing(HTTPConnection("127.0.0.1", site.one.port, timeout=30)) as connection,
        closing(Listener(site.other.port, FOLLOWER)) as listener,
    ):
        tweets = listener.tweets()

        def milliseconds() -> float:
            started = time.perf_counter()
            send(connection, "POST", "/v1/tweets", AUTHOR, BODY)
            next(tweets)
            came = time.perf_counter()
            if receive(connection)[0] != CREATED:
                raise RuntimeError("the tweet was refused")
            return (came - started) * 1000

        milliseconds()
        rounds = [[milliseconds() for _ in range(amounts.streamed)] for _ in range(amounts.rounds)]
    yield plain("tweet in a stream of the other serve: p50", [p50(each) for each in rounds], "ms")
    yield plain("tweet in a stream of the other serve: p99", [p99(each) for each in rounds], "ms")
