"""Streams: what open ones cost those who read pages, and how soon a tweet is in all of them."""

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
    """What they cost readers, what they take, and how fast they are."""
    yield from _costs()
    yield from _delays()


def _costs() -> Iterator[Row]:
    """Reads with all streams open against reads with none, in turns: idle ones, and ones that all get tweets."""
    with running_service() as service, closing(Connection(service.port)) as connection:
        for user in ("reader", *_users(OPEN)):
            connection.ask(request("PUT", "/v1/users/me/following/author", user))
        for _ in range(100):
            connection.ask(PUBLISH)
        yield _reads(f"reads with {OPEN} streams open: rate", service, publishes=False)
        yield _reads(f"reads with {OPEN} streams open, 20 tweets a second: rate", service, publishes=True)


def _delays() -> Iterator[Row]:
    """Memory of a stream, and how soon a tweet to 1,000 followers is in the streams of 50 of them."""
    with running_service() as service, closing(Connection(service.port)) as connection:
        for user in _users(FOLLOWERS):
            connection.ask(request("PUT", "/v1/users/me/following/author", user))
        before = service.resident_bytes()
        streams = _open_streams(service, STREAMING)
        yield plain("an open stream", [(service.resident_bytes() - before) / STREAMING / 1024], "KiB")
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
    return ratio(name, with_streams, "the same, none open", without, "/s")


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
    """Until it was published, and until it was in all streams."""
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
