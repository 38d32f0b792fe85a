"""The memory that requests can occupy is bounded."""

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.built import in_process
from tests.http.cases import AS_CALLER
from tests.http.client import JSON, Client
from tests.http.wire import InProcess, Request

KIB = 1024
PADDED = json.dumps({"text": "\U0001f426" + " " * 15_000}, ensure_ascii=False).encode()
"""A tweet of one character that takes 60 KB as a Python string."""

KEYS = 100
NAMES = 1100
"""More than the cache of queries holds."""
PUBLIC = ["/v1/users/{}", "/v1/users/{}/tweets", "/v1/users/{}/followers", "/v1/users/{}/following"]


@contextmanager
def kept_below(limit: int) -> Iterator[None]:
    """Fails when the block keeps `limit` or more bytes of memory."""
    tracemalloc.start()
    try:
        yield
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < limit


@pytest.fixture
def service() -> InProcess:
    service = in_process({"RATE_LIMIT_WRITES": "1000000/minute"})
    Client(service, "alice").get("/v1/users/me/timeline")
    return service


def publish(service: InProcess, key: str, body: bytes) -> int:
    headers = [*AS_CALLER, JSON, ("Idempotency-Key", key)]
    return service.send(Request("POST", "/v1/tweets", headers, body)).status


def test_an_idempotency_key_keeps_no_more_memory_than_its_tweet(service: InProcess) -> None:
    with kept_below(KEYS * 10 * KIB):
        assert {publish(service, str(number), PADDED) for number in range(KEYS)} == {201}
    assert publish(service, "0", PADDED) == 201
    assert publish(service, "0", PADDED.replace(b"  ", b" ", 1)) == 422


def test_a_refused_write_keeps_no_memory(service: InProcess) -> None:
    with kept_below(300 * KIB):
        assert {publish(service, str(number), b'{"text":" "}') for number in range(NAMES)} == {422}


def unknown_users(number: int) -> Request:
    return Request("GET", PUBLIC[number % len(PUBLIC)].format(f"user-{number}"))


def queries(number: int) -> Request:
    return Request("GET", f"/v1/users/me/timeline?since_id={number}", AS_CALLER)


def paths(number: int) -> Request:
    return Request("GET", f"/v1/nowhere/{number}")


def long_names(number: int) -> Request:
    return Request("GET", f"/v1/users/{number}-{'x' * 10_000}")


def long_methods(number: int) -> Request:
    return Request(f"{'M' * 10_000}{number}", "/v1/nowhere")


@pytest.mark.parametrize("made", [unknown_users, queries, paths, long_names, long_methods])
def test_reads_of_changing_targets_keep_little_memory(service: InProcess, made: Callable[[int], Request]) -> None:
    for number in range(NAMES):
        service.send(made(number))
    with kept_below(300 * KIB):
        for number in range(NAMES, 2 * NAMES):
            assert service.send(made(number)).status in {200, 404, 422}
