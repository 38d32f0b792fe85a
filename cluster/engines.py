"""The engines of a cluster, each in a process of its own, with its data in a temporary folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.engines import own_postgres, own_redis
from tests.engines.own_postgres import OwnPostgres
from tests.engines.own_redis import OwnRedis


@dataclass(frozen=True)
class RunningEngine:
    """An engine that answers at `url`, until `close`."""

    url: str
    is_running: Callable[[], bool]
    close: Callable[[], None]
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the processes of Perch need to reach it, beside its URL."""


@dataclass(frozen=True)
class Engine:
    """An engine that can be started here."""

    name: str
    find: Callable[[], Any]
    """Looks for its programs; None if they are not installed."""
    missing: str
    """What to install then."""
    start: Callable[[Any], RunningEngine]
    """Gets what `find` found; returns when the engine answers."""


def _postgres(programs: Any) -> RunningEngine:  # noqa: ANN401 - whatever `find` found
    server = OwnPostgres(programs)
    server.execute("CREATE DATABASE perch")
    return RunningEngine(server.url("perch"), lambda: server.running, server.close)


def _redis(program: Any) -> RunningEngine:  # noqa: ANN401
    server = OwnRedis(program)
    return RunningEngine(server.url, lambda: server.running, server.close)


POSTGRES = Engine("PostgreSQL", own_postgres.find_programs, own_postgres.MISSING, _postgres)
REDIS = Engine("Redis", own_redis.find_redis, own_redis.MISSING, _redis)
