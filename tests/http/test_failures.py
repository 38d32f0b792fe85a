"""Answers when a store fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from domain.errors import Unavailable
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from tests.fakes.log import event_of
from tests.http.cases import TEXT, Route
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import InProcess

# The tests make the stores in memory fail.
pytestmark = pytest.mark.local

PUBLISH = Route("POST", "/v1/tweets", body=TEXT)
TIMELINE = Route("GET", "/v1/users/me/timeline")
FAILURES = [
    (PUBLISH, MemoryTweets, "publish"),
    (Route("GET", "/v1/tweets/1"), MemoryTweets, "get"),
    (Route("DELETE", "/v1/tweets/1"), MemoryTweets, "get"),
    (Route("GET", "/v1/users/bob"), MemoryTweets, "count"),
    (Route("GET", "/v1/users/bob"), MemoryFollowGraph, "following_count"),
    (Route("GET", "/v1/users/bob/tweets"), MemoryTweets, "newest"),
    (Route("GET", "/v1/users/bob/followers"), MemoryFollowGraph, "followers_before"),
    (Route("GET", "/v1/users/bob/following"), MemoryFollowGraph, "following_before"),
    (Route("PUT", "/v1/users/me/following/carol"), MemoryFollowGraph, "follow"),
    (Route("DELETE", "/v1/users/me/following/bob"), MemoryFollowGraph, "unfollow"),
    (Route("GET", "/v1/users/me/relationships?ids=bob"), MemoryFollowGraph, "relationships"),
    (TIMELINE, MemoryTweets, "frontier"),
    (TIMELINE, MemoryTweets, "unpushed"),
    (TIMELINE, MemoryFollowGraph, "followees"),
    (TIMELINE, MemoryTimelines, "view"),
]
STATE = ["/v1/users/alice", "/v1/users/alice/tweets", "/v1/users/alice/following"]


def name(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


@contextmanager
def failing(store: type, method: str, error: BaseException) -> Iterator[None]:
    """Makes this method of the store raise the error until the block ends."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, method, fail)
        yield


def state(client: Client) -> list[bytes]:
    return [client.get(target).body for target in STATE]


@pytest.mark.parametrize(("route", "store", "method"), FAILURES, ids=name)
def test_an_unavailable_store_is_answered_with_503_and_retry_after(
    app: InProcess, alice: Client, route: Route, store: type, method: str
) -> None:
    alice.follow("bob")
    before = state(alice)
    with failing(store, method, Unavailable("The store does not answer.", retry_after_seconds=7)):
        answer = app.send(route.request())
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "7"
    assert state(alice) == before
    assert app.send(route.request()).status in {200, 201, 204, 404}


@pytest.mark.parametrize(("route", "store", "method"), FAILURES, ids=name)
def test_an_unexpected_error_is_described_only_in_the_log(
    app: InProcess, alice: Client, caplog: pytest.LogCaptureFixture, route: Route, store: type, method: str
) -> None:
    alice.follow("bob")
    with failing(store, method, LookupError("the innermost secret")):
        answer = app.send(route.request())
    assert_problem(answer, 500, "internal-error")
    assert b"secret" not in answer.body
    assert b"LookupError" not in answer.body
    failed, accessed = (event_of(record) for record in caplog.records)
    assert failed == {"event": "request_failed", "request_id": answer.headers["X-Request-Id"]}
    assert (accessed["event"], accessed["status"]) == ("request", 500)
    assert "LookupError: the innermost secret" in caplog.text
