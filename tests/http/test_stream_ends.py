"""The ends of streams: by the client, by a drain, and by a failing store."""

from collections.abc import Callable
from http import HTTPStatus

import pytest

from app.compose import Perch
from domain.errors import Unavailable
from infrastructure.memory.tweets import MemoryTweets
from tests.http.client import Client
from tests.http.conftest import OpenStream
from tests.http.test_failures import failing
from usecases.home_timeline import stream as stream_use_case


def test_a_head_request_opens_no_stream(perch: Perch, open_stream: OpenStream) -> None:
    stream = open_stream(method="HEAD")
    assert (stream.status, stream.rest()) == (HTTPStatus.OK, "")
    stream.close()
    assert perch.subscriptions.counts().open == 0


def test_the_close_of_an_unread_stream_frees_its_slot(perch: Perch, open_stream: OpenStream) -> None:
    stream = open_stream()
    assert perch.subscriptions.counts().open == 1
    stream.close()
    assert perch.subscriptions.counts().open == 0


def test_a_stream_ends_when_its_client_disconnects(perch: Perch, open_stream: OpenStream) -> None:
    told: list[Callable[[], object]] = []
    stream = open_stream(**{"perch.when_gone": told.append})
    [gone] = told
    stream.read()
    gone()
    assert perch.subscriptions.counts().open == 0
    assert "event:" not in stream.rest()


def test_a_drain_ends_a_stream_with_a_retry_time(perch: Perch, open_stream: OpenStream) -> None:
    stream = open_stream()
    stream.read()
    perch.drain()
    retry = stream.rest()
    assert retry.startswith("retry: ")
    assert retry.endswith("\n\n")
    assert 1000 <= int(retry.removeprefix("retry: ")) <= 3000
    late = open_stream()
    assert late.read().startswith(":\n")
    assert late.rest().startswith("retry: ")
    stream.close()
    assert perch.subscriptions.counts().open == 0


@pytest.mark.local
def test_an_unavailable_store_ends_a_stream_with_a_retry_time(
    open_stream: OpenStream,
    alice: Client,
    bob: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_use_case, "RETRY_SECONDS", 0.0)
    bob.follow("alice")
    stream = open_stream(("X-Request-Id", "the-streams"))
    start = stream.read()
    tweet = alice.publish()

    with failing(MemoryTweets, "get_many", Unavailable("the store does not answer")):
        assert stream.rest().rpartition("\n\n:\n")[2].partition("\n\n")[2].startswith("retry: ")
    assert "the store does not answer" in caplog.text
    assert "request_id='the-streams'" in caplog.text
    again = open_stream(("Last-Event-ID", start.split()[-1]))
    again.read()
    assert f"id: {tweet['id']}\n" in again.read()
