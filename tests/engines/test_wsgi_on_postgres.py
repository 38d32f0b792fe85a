"""`app.wsgi` in several worker processes of a WSGI server, on one database."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cluster.exchange import TIMELINE
from cluster.listener import Listener
from cluster.perch_process import ServerProcess
from infrastructure.postgres.migrating import migrate
from tests.e2e.test_stream import follow, publish
from tests.e2e.test_stream_limits import eventually
from tests.e2e.wsgi_server import WsgiServer

THREADS = 8
WORKERS = 2
ROUNDS = 10
SECONDS = 30.0
LIMITS = {"MAX_IN_FLIGHT": "2", "MAX_STREAMS": "2"}


@pytest.fixture(params=["gunicorn", "gunicorn --preload", "granian"])
def server(request: pytest.FixtureRequest, postgres_database: str, tmp_path: Path) -> Iterator[ServerProcess]:
    migrate(postgres_database, "head", "postgresql")
    settings = {**LIMITS, "DATABASE_URL": postgres_database, "LOG_LEVEL": "INFO"}
    with WsgiServer(tmp_path / "log", request.param, THREADS, WORKERS, **settings) as started:
        yield started


def process_of(server: ServerProcess) -> str:
    """What the process that happens to answer says of itself."""
    lines = server.call("GET", "/metrics")[1].decode().splitlines()
    return next(line for line in lines if line.startswith("perch_process_info"))


def test_all_worker_processes_give_the_same_answers(server: ServerProcess) -> None:
    seen: set[str] = set()

    def all_are_seen() -> bool:
        seen.add(process_of(server))
        return len(seen) == WORKERS

    assert eventually(all_are_seen, SECONDS)
    assert all('role="serve"' in process for process in seen)

    follow(server, "bob", "alice")
    with closing(Listener(server.port, "bob")) as listener:
        next(listener.blocks())
        tweets = listener.tweets()
        published: list[str] = []
        for _ in range(ROUNDS):
            published.insert(0, publish(server, "alice"))
            for _ in range(WORKERS):
                page = json.loads(server.call("GET", TIMELINE, "bob")[1])
                assert [tweet["id"] for tweet in page["data"]] == published
            assert next(tweets)["id"] == published[0]
    server.stop()
    assert server.log().count('"event":"stopped","tweets_left":null') == WORKERS
