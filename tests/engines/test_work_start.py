"""The start of `work`: where it listens, what it answers, and what it refuses."""

import json
import os
import socket
from pathlib import Path

import pytest

from cluster.perch_process import WorkProcess, command
from infrastructure.postgres.migrating import migrate
from tests.e2e.databases import assert_refused
from tests.engines.fleet import StartFleet, metrics
from tests.fakes.log import json_lines


def test_it_answers_health_checks_and_metrics_and_nothing_else(start_fleet: StartFleet) -> None:
    [work] = start_fleet(work=1, LOG_LEVEL="INFO").works
    assert [work.call("GET", path)[0] for path in ("/livez", "/readyz")] == [200, 200]
    [process] = [name for name in metrics(work) if name.startswith("perch_process_info")]
    assert f'pid="{work.process.pid}"' in process
    assert 'role="work"' in process
    for path in ("/", "/docs", "/openapi.json", "/v1/users/me/timeline", "/v1/admin/dead-letters", "/v1/tweets/1"):
        status, body = work.call("GET", path, "bob")
        assert (status, json.loads(body)["code"]) == (404, "not-found")
    [started] = [line for line in json_lines(work.log()) if line["event"] == "perch_started"]
    assert (started["role"], started["url"]) == ("work", work.url)
    assert "postgres@" not in started["database"]


def test_the_log_says_where_the_database_is_and_none_of_its_options(postgres_database: str, tmp_path: Path) -> None:
    migrate(postgres_database, "head", "postgresql")
    # libpq looks for a user's password before the first slash only.
    url = f"{postgres_database}?passfile=/nowhere/of@s3cret"
    with WorkProcess(tmp_path / "log", DATABASE_URL=url, LOG_LEVEL="INFO") as work:
        [started] = [line for line in json_lines(work.log()) if line["event"] == "perch_started"]
    assert f"dbname={postgres_database.rpartition('/')[2]}" in started["database"]
    assert "s3cret" not in work.log()


@pytest.mark.parametrize("url", ["memory:", "sqlite:///perch.db"])
def test_it_is_refused_where_serve_does_the_work(url: str) -> None:
    assert_refused(
        ["work"], "DATABASE_URL must be a postgresql:// address for `work`: .* `serve` does", DATABASE_URL=url
    )


def test_a_port_in_use_is_refused(postgres_database: str) -> None:
    migrate(postgres_database, "head", "postgresql")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert_refused(["work"], "HOST and PORT must name .* in use", DATABASE_URL=postgres_database, PORT=port)


def test_it_listens_on_a_port_of_its_own_by_default(postgres_database: str, tmp_path: Path) -> None:
    migrate(postgres_database, "head", "postgresql")
    address = f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250 + 1}.1"
    program = ["env", "-u", "PORT", *command("work")]
    with WorkProcess(tmp_path / "log", program=program, DATABASE_URL=postgres_database, HOST=address) as work:
        assert work.port == 8081
