"""Streams: their cost for clients that read pages, their memory, and the delay of a tweet."""

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext

from benchmarks.closed_loop import requests_a_second
from benchmarks.figure import Figure, Row, plain, ratio
from benchmarks.load import publishing
from benchmarks.service import Connection, Service, request, running_service

ROUNDS = 5
OPEN = 64
READERS = 4
RATE_SECONDS = 0.7
PUBLISH_EVERY_SECONDS = 0.05
STREAM_PATH = "/v1/users/me/timeline/stream"
READ = request("GET", "/v1/users/me/timeline", "reader")
PUBLISH = request("POST", "/v1/tweets", "author", b'{"text": "A tweet of a usual length, to everybody"}')

FOLLOWERS = 1000
STREAMING = 50
TWEETS = 40


def measure() -> Iterator[Row]:
    """Yields the cost, the memory and the delay."""
    yield from _costs()
    yield from _delays()


def _costs() -> Iterator[Row]:
    """Yields the rate of reads with all streams open against none, in turns, with idle streams and with busy ones."""
    with running_service() as service, closing(Connection(service.port)) as connection:
        for user in ("reader", *_users(OPEN)):
            connection.ask(request("PUT", "/v1/users/me/following/author", user))
        for _ in range(100):
            connection.ask(PUBLISH)
        yield _reads(f"reads with {OPEN} streams open: rate", service, publishes=False)
        yield _reads(f"reads with {OPEN} streams open, 20 tweets a second: rate", service, publishes=True)


def _delays() -> Iterator[Row]:
    """Yields the memory of a stream, and the delay of a tweet to 1,000 followers until 50 of their streams have it."""
    with running_service() as service, closing(Connection(service.port)) as connection:
        for user in _users(FOLLOWERS):
            connection.ask(request("PUT", "/v1/users/me/following/author", user))
        before = service.resident_bytes()
        streams = _open_streams(service, STREAMING)
        yield plain("memory of an open stream", [(service.resident_bytes() - before) / STREAMING / 1024], "KiB")
        answered, in_last = zip(*(_milliseconds_of_a_tweet(connection, streams) for _ in range(TWEETS)), strict=True)
        yield ratio(f"from publishing to the last of {STREAMING} streams", in_last, "to its 201", answered, "ms")
        for stream in streams:
            stream.close()


def _users(count: int) -> list[str]:
    return [f"user-{number}" for number in range(count)]


def _reads(name: str, service: Service, *, publishes: bool) -> Figure:
    with_streams, without = [], []
    for _ in range(ROUNDS):
        without.append(_rate(service, publishes=publishes))
        streams = _open_streams(service, OPEN)
        with_streams.append(_rate(service, publishes=publishes))
        for stream in streams:
            stream.close()
    return ratio(name, with_streams, "no streams open", without, "/s")


def _rate(service: Service, *, publishes: bool) -> float:
    with publishing(service, PUBLISH, PUBLISH_EVERY_SECONDS) if publishes else nullcontext():
        return requests_a_second(service.port, [READ], RATE_SECONDS, READERS)


def _open_streams(service: Service, count: int) -> list[socket.socket]:
    streams = []
    for user in _users(count):
        stream = Connection(service.port).socket
        stream.sendall(request("GET", STREAM_PATH, user))
        opening = b""
        while b"\nid: " not in opening:
            opening += stream.recv(1 << 16)
        if b" 200 OK" not in opening:
            raise RuntimeError(f"no stream, but {opening!r}")
        streams.append(stream)
    return streams


def _milliseconds_of_a_tweet(connection: Connection, streams: list[socket.socket]) -> tuple[float, float]:
    """Returns the time until the tweet's 201, and until all streams have the tweet."""
    started = time.perf_counter()
    connection.ask(PUBLISH)
    answered = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            for key, _ in selector.select():
                if b"event: tweet" in key.data.recv(1 << 16):
                    selector.unregister(key.data)
    return (answered - started) * 1000, (time.perf_counter() - started) * 1000
