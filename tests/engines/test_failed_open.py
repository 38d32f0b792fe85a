"""Adapters that cannot be opened leave nothing open, because a WSGI server tries again with each request."""

import sys
import threading
from pathlib import Path

import psycopg
import pytest

from app.compose import open_adapters
from app.settings import BadSetting, Settings
from infrastructure.postgres.migrating import migrate
from tests.engines.until import until

TRACES = {"TRACES_URL": "http://127.0.0.1:4318"}
BAD_OPTION = "kafka://127.0.0.1:1?compression.type=none-such"


def leaves_no_thread(settings: dict[str, str]) -> None:
    before = set(threading.enumerate())
    with pytest.raises((BadSetting, ModuleNotFoundError)):
        open_adapters(Settings.from_environment(settings))
    until(lambda: set(threading.enumerate()) <= before)


@pytest.mark.parametrize(
    "settings", [{"EVENTS_URL": BAD_OPTION}, {"REDIS_URL": "redis://127.0.0.1:port"}, TRACES], ids=str
)
def test_a_database_is_closed_again(
    postgres_database: str, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(postgres_database, "head", "postgresql")
    monkeypatch.setitem(sys.modules, "infrastructure.traces.opening", None)
    leaves_no_thread({"DATABASE_URL": postgres_database, **settings})
    with psycopg.connect(postgres_database, autocommit=True) as session:
        statement = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        until(lambda: session.execute(statement).fetchone() == (0,))


def test_a_database_is_closed_again_where_the_timelines_cannot_be_opened(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "redis://127.0.0.1:1/0"
    migrate(postgres_database, "head", url)
    monkeypatch.setattr("infrastructure.redis.opening.open_timelines", refuse)
    leaves_no_thread({"DATABASE_URL": postgres_database, "TIMELINES_URL": url})


def refuse(*_: object, **__: object) -> None:
    raise ValueError("cannot be used")


def test_a_file_is_closed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "infrastructure.traces.opening", None)
    for _ in range(2):  # the second time it would be in use
        leaves_no_thread({"DATABASE_URL": f"sqlite:///{tmp_path}/perch.db", **TRACES})
