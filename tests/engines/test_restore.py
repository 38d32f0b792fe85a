"""PostgreSQL is restored to an earlier time, and the timelines beside it are newer."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cluster.engines.own_postgres import find_programs
from cluster.engines.postgres import PostgresServer
from cluster.engines.redis_server import RedisServer
from cluster.exchange import TIMELINE
from cluster.perch_process import PerchProcess, command, run_app
from infrastructure.cassandra.address import Address
from tests.engines.fleet import WITHOUT_KEY, metrics
from tests.engines.missing import go_without
from tests.engines.sessions import connect
from tests.engines.until import until

DUMP_SECONDS = 120

REMAKE_ALL = "DELETE FROM readers; UPDATE epochs SET epoch = 1 + floor(random() * 1e15)"
"""As docs/moving.md says."""

START_SECONDS = 120.0

BackUp = Callable[[], Callable[[], str]]


@pytest.fixture(params=["redis", "cassandra"])
def timelines_url(request: pytest.FixtureRequest) -> str:
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_database")
        return server.url
    address: Address = request.getfixturevalue("cassandra")
    [(host, port)] = address.nodes
    return f"cassandra://{host}:{port}/{address.keyspace}"


@pytest.fixture
def back_up(postgres_server: PostgresServer, postgres_database: str, tmp_path: Path) -> Iterator[BackUp]:
    """Dumps the database; what it returns restores the dump into a new one, and returns the URL of that."""
    programs = find_programs()
    if programs is None or not (programs / "pg_dump").exists():
        go_without("pg_dump is not installed: it is in Debian's package postgresql")
    dump, name = tmp_path / "perch.dump", postgres_server.create_database()

    def dump_all() -> Callable[[], str]:
        run: list[str | Path] = [programs / "pg_dump", "--format=custom", "--file", dump, postgres_database]
        subprocess.run(run, check=True, timeout=DUMP_SECONDS)
        return put_back

    def put_back() -> str:
        url = postgres_server.url(name)
        run: list[str | Path] = [programs / "pg_restore", "--exit-on-error", "--no-owner", "--dbname", url, dump]
        subprocess.run(run, check=True, timeout=DUMP_SECONDS)
        return url

    yield dump_all
    postgres_server.drop_database(name)


@contextmanager
def served(folder: Path, database: str, timelines: str) -> Iterator[PerchProcess]:
    """A process whose timelines are in use."""
    program = [*WITHOUT_KEY, *command("serve")]
    with PerchProcess(folder / "log", program=program, DATABASE_URL=database, TIMELINES_URL=timelines) as perch:
        until(lambda: is_up(perch), START_SECONDS)
        yield perch
        assert is_up(perch), "else the timelines were not asked"


def is_up(perch: PerchProcess) -> bool:
    perch.call("GET", TIMELINE, "anybody")
    return all(value == 1 for name, value in metrics(perch).items() if name.startswith("perch_engine_up{"))


def follow(perch: PerchProcess, author: str) -> None:
    assert perch.call("PUT", f"/v1/users/me/following/{author}", "reader")[0] == 204


def publish(perch: PerchProcess, author: str) -> str:
    status, body = perch.call("POST", "/v1/tweets", author, b'{"text": "hello"}')
    assert status == 201
    return str(json.loads(body)["id"])


def home(perch: PerchProcess) -> list[str]:
    for _ in range(2):  # the second time from the timeline, whatever the first one did
        status, body = perch.call("GET", TIMELINE, "reader")
        assert status == 200
    return [str(tweet["id"]) for tweet in json.loads(body)["data"]]


@pytest.mark.timeout(600)
def test_timelines_that_are_newer_are_remade(
    postgres_database: str, timelines_url: str, back_up: BackUp, tmp_path: Path
) -> None:
    migrated = run_app("migrate", DATABASE_URL=postgres_database, TIMELINES_URL=timelines_url)
    assert migrated.returncode == 0, migrated.stderr
    with served(tmp_path, postgres_database, timelines_url) as perch:
        first, second = publish(perch, "ann"), publish(perch, "bob")
        follow(perch, "ann")
        assert home(perch) == [first]
        with connect(postgres_database) as session:
            session.execute("DELETE FROM unpushed")  # they are pushed: the timeline has one, and nobody follows bob
        put_back = back_up()
        follow(perch, "carol")
        lost = publish(perch, "carol")
        until(lambda: is_up(perch) and home(perch) == [lost, first] and is_up(perch))

    restored = put_back()
    # The new follow gets the id that the lost one had, which the timeline says it has merged.
    with served(tmp_path, restored, timelines_url) as perch:
        follow(perch, "bob")
        until(lambda: is_up(perch) and home(perch) == [first])  # the control: without the step a tweet is missing
        with connect(restored) as session:
            session.execute(REMAKE_ALL)
        assert home(perch) == [second, first], "with processes that run"
        assert "epoch_lost" not in perch.log()
    with served(tmp_path, restored, timelines_url) as perch:
        assert home(perch) == [second, first]
        third = publish(perch, "bob")
        assert home(perch) == [third, second, first]
        assert perch.call("GET", f"/v1/tweets/{lost}")[0] == 404
