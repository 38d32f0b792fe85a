"""Streams: what open ones cost those who read pages, and how soon a tweet is in all of them."""

import selectors
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from benchmarks.ratio import Ratio, ratio_of
from benchmarks.service import Connection, Service, request, running_service

ROUNDS = 9
READERS = 4
READS = 400
PUBLISH_EVERY_SECONDS = 0.05
STREAM_PATH = "/v1/users/me/timeline/stream"
READ = request("GET", "/v1/users/me/timeline", "reader")
PUBLISH = request("POST", "/v1/tweets", "author", b'{"text": "A tweet of a usual length, to everybody"}')

FOLLOWERS = 1000
STREAMING = 50
TWEETS = 40


def stream_ratios() -> Iterator[Ratio]:
    """Reads with all streams open against reads with none, in turns: idle ones, and ones that all get tweets."""
    with running_service() as service, closing(Connection(service.port)) as connection:
        for user in ("reader", *_users(64)):
            connection.ask(request("PUT", "/v1/users/me/following/author", user))
        for _ in range(100):
            connection.ask(PUBLISH)
        yield _reads("read, 64 streams open", service, publishing=False)
        yield _reads("read, 64 streams open, 20 tweets a second", service, publishing=True)


def stream_rows() -> Iterator[str]:
    """Memory of a stream, and how soon a tweet to 1,000 followers is in the streams of 50 of them."""
    with running_service() as service, closing(Connection(service.port)) as connection:
        for user in _users(FOLLOWERS):
            connection.ask(request("PUT", "/v1/users/me/following/author", user))
        before = service.resident_bytes()
        streams = _open_streams(service, STREAMING)
        yield f"KiB of an open stream:                    {(service.resident_bytes() - before) / STREAMING / 1024:8.1f}"
        delays = sorted(delay for _ in range(TWEETS) for delay in _milliseconds_until_it_came(connection, streams))
        yield f"ms from publishing to each of 50 streams: {statistics.median(delays):8.1f} (p50)"
        yield f"                                          {delays[len(delays) * 99 // 100]:8.1f} (p99)"
        for stream in streams:
            stream.close()


def _users(count: int) -> list[str]:
    return [f"user-{number}" for number in range(count)]


def _reads(name: str, service: Service, *, publishing: bool) -> Ratio:
    with_streams, without = [], []
    for _ in range(ROUNDS):
        without.append(_microseconds_a_read(service, publishing=publishing))
        streams = _open_streams(service, 64)
        with_streams.append(_microseconds_a_read(service, publishing=publishing))
        for stream in streams:
            stream.close()
    return ratio_of(name, with_streams, "the same, none open", without)


def _microseconds_a_read(service: Service, *, publishing: bool) -> float:
    done = threading.Event()
    publisher = threading.Thread(target=_publish_until, args=(service, done))
    if publishing:
        publisher.start()
    started = time.perf_counter()
    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(_read_many, [service] * READERS))
    seconds = time.perf_counter() - started
    done.set()
    if publishing:
        publisher.join()
    return seconds / (READERS * READS) * 1e6


def _read_many(service: Service) -> None:
    with closing(Connection(service.port)) as connection:
        for _ in range(READS):
            connection.ask(READ)


def _publish_until(service: Service, done: threading.Event) -> None:
    with closing(Connection(service.port)) as connection:
        while not done.wait(PUBLISH_EVERY_SECONDS):
            connection.ask(PUBLISH)


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


def _milliseconds_until_it_came(connection: Connection, streams: list[socket.socket]) -> Iterator[float]:
    started = time.perf_counter()
    connection.ask(PUBLISH)
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            for key, _ in selector.select():
                if b"event: tweet" in key.data.recv(1 << 16):
                    selector.unregister(key.data)
                    yield (time.perf_counter() - started) * 1000
