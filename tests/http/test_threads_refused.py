"""The system allows no more threads: open streams go on, and so does the server."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest
from waitress.task import ThreadedTaskDispatcher

from cluster.listener import Listener
from tests.built import built, settings_of
from tests.engines.until import until
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.serving import serving

THREADS = 4
STREAMS = 3


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Refuses each thread beyond the first ones while the list has no number of allowed ones behind these."""
    allowed = [THREADS]
    start = ThreadedTaskDispatcher.start_new_thread

    def start_or_refuse(self: ThreadedTaskDispatcher, target: Callable[[int], object], thread_no: int) -> None:
        if thread_no >= allowed[-1]:
            raise RuntimeError("can't start new thread")
        start(self, target, thread_no)

    monkeypatch.setattr(ThreadedTaskDispatcher, "start_new_thread", start_or_refuse)
    return allowed


@pytest.fixture
def url() -> Iterator[str]:
    environment = {"THREADS": str(THREADS)}
    with serving(built(environment), settings_of(environment)) as url:
        yield url


def test_streams_beyond_the_threads_that_the_system_allows_end_no_server(
    refusing: list[int], url: str, caplog: pytest.LogCaptureFixture
) -> None:
    port = urlsplit(url).port or 0
    with ExitStack() as stack:
        listeners = [stack.enter_context(closing(Listener(port, f"user-{number}"))) for number in range(STREAMS)]
        assert [listener.response.status for listener in listeners] == [200] * STREAMS
        until(lambda: "no_thread" in caplog.text)
        with closing(OverSocket(url)) as transport:
            assert Client(transport).get("/v1/tweets").status == 200
            refusing.append(THREADS + STREAMS)
            assert json.loads(Client(transport).get("/v1/tweets").body)["data"] == []
