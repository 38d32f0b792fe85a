"""Processes that share Redis: streams, write limits, and what the start says."""

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster.engines.own_redis import OwnRedis
from cluster.listener import Listener, ListenerThread
from cluster.perch_process import START_SECONDS, PerchProcess, WorkProcess, command, run
from cluster.scrapes import samples
from infrastructure.postgres.migrating import migrate
from tests.engines.until import until
from tests.http.client import Client
from tests.http.wire import OverSocket

WRITES = 25
TWEETS = 9
WAIT_SECONDS = 30.0
SOON_SECONDS = 0.4
"""Without Redis the median would be half a second, which is the pause between two looks at the database."""


@pytest.fixture
def settings(postgres_database: str, breakable_redis: OwnRedis) -> Mapping[str, str]:
    url = breakable_redis.url
    migrate(postgres_database, "head", url)
    return {
        "DATABASE_URL": postgres_database,
        "TIMELINES_URL": url,
        "REDIS_URL": url,
        "RATE_LIMIT_WRITES": f"{WRITES}/day",
        "LOG_FORMAT": "json",
    }


@pytest.fixture
def two(settings: Mapping[str, str], tmp_path: Path) -> Iterator[Sequence[PerchProcess]]:
    """Two processes that serve, and one that works."""
    with ExitStack() as stack:
        stack.enter_context(WorkProcess(tmp_path / "work.log", **settings))
        yield [stack.enter_context(PerchProcess(tmp_path / f"serve-{at}.log", **settings)) for at in range(2)]
    for log in tmp_path.glob("*.log"):
        assert "Traceback" not in log.read_text()
        assert "write_limit_counts_in_each_process" not in log.read_text()


@pytest.fixture
def clients(two: Sequence[PerchProcess]) -> Iterator[list[Client]]:
    """Alice, by each of the two."""
    transports = [OverSocket(process.url) for process in two]
    yield [Client(transport, "alice") for transport in transports]
    for transport in transports:
        transport.close()


def engines(client: Client) -> dict[str, float]:
    """The engines that the metrics name, each with 1 if it answers."""
    found = samples(client.get("/metrics").body.decode())
    return {name.split('"')[1]: value for name, value in found.items() if name.startswith("perch_engine_up{")}


def test_a_tweet_wakes_a_stream_of_another_process(two: Sequence[PerchProcess], clients: list[Client]) -> None:
    assert two[0].call("PUT", "/v1/users/me/following/alice", "rae")[0] == 204
    stream = ListenerThread(Listener(two[1].port, "rae"))
    stream.start()
    published = []
    for number in range(1, TWEETS + 1):
        clients[0].publish()
        published.append(time.monotonic())
        assert stream.wait_for(number, WAIT_SECONDS)
        time.sleep(0.13)  # so that the looks at the database come at any time
    stream.listener.cut()
    stream.join(WAIT_SECONDS)
    delays = [came - at for (came, _), at in zip(stream.came, published, strict=True)]
    assert statistics.median(delays) < SOON_SECONDS


def writes(two: Sequence[PerchProcess], user: str, count: int) -> list[int]:
    """The user follows so many by the two in turns; returns the statuses."""
    return [two[number % 2].call("PUT", f"/v1/users/me/following/u{number}", user)[0] for number in range(count)]


def share_one_limit(two: Sequence[PerchProcess], user: str) -> bool:
    """Whether the user may write so often, and no more, over both; while Redis is slow each counts alone."""
    statuses = writes(two, user, WRITES + 2)
    assert statuses[:WRITES] == [204] * WRITES
    return statuses[WRITES:] == [429, 429]


def test_processes_have_one_write_limit_and_without_redis_none_is_refused(
    two: Sequence[PerchProcess], clients: list[Client], breakable_redis: OwnRedis
) -> None:
    asked: list[str] = []

    def ask_anew() -> bool:
        asked.append(f"user-{len(asked)}")
        return share_one_limit(two, asked[-1])

    until(ask_anew)
    until(lambda: all(engines(client) == {"redis": 1, "redis-timelines": 1} for client in clients))
    breakable_redis.kill()
    assert writes(two, asked[-1], 2) == [204, 204]


def test_without_redis_the_start_says_that_each_process_counts(settings: Mapping[str, str], tmp_path: Path) -> None:
    alone = {name: value for name, value in settings.items() if name != "REDIS_URL"}
    with PerchProcess(tmp_path / "log", **alone) as perch:
        pass
    assert "write_limit_counts_in_each_process" in perch.log()


@pytest.mark.parametrize("name", ["TIMELINES_URL", "REDIS_URL"])
def test_an_address_that_is_none_stops_the_start(settings: Mapping[str, str], name: str) -> None:
    bad = "redis://127.0.0.1:none/0"
    if name == "TIMELINES_URL":
        migrate(settings["DATABASE_URL"], "head", bad)
    ended = run(command("serve"), START_SECONDS, {**settings, name: bad, "PORT": "0"})
    assert ended.returncode == 2
    assert ended.stderr.strip().splitlines()[-1].startswith(f"{name} must be an address whose port is a number")


def test_timelines_that_would_block_redis_stop_the_start(settings: Mapping[str, str]) -> None:
    ended = run(command("serve"), START_SECONDS, {**settings, "TIMELINE_CAPACITY": "10001", "PORT": "0"})
    assert ended.returncode == 2
    assert ended.stderr.strip().endswith("TIMELINE_CAPACITY must be at most 10000 with timelines in Redis, not 10001.")


def test_a_start_without_redis_serves_and_finds_it_later(
    settings: Mapping[str, str], breakable_redis: OwnRedis, tmp_path: Path
) -> None:
    breakable_redis.kill()
    with PerchProcess(tmp_path / "log", **settings) as perch:
        assert perch.call("PUT", "/v1/users/me/following/bob", "alice")[0] == 204
        assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
        breakable_redis.start()

        def is_prepared() -> object:
            assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
            return breakable_redis.ask("KEYS", "perch:timeline:*:alice")

        until(is_prepared)
