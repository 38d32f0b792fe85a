"""The engines of a cluster, each in a process of its own, with its data in a temporary folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.engines import own_postgres, own_redis
from tests.engines.own_postgres import OwnPostgres
from tests.engines.own_redis import OwnRedis
from tests.engines.processes import EngineFailed


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
    missing: Callable[[], str | None]
    """What to install before; None if nothing is missing."""
    start: Callable[[], RunningEngine]
    """Returns when the engine answers; raises `EngineFailed` if it does not."""


def _postgres() -> RunningEngine:
    programs = own_postgres.find_programs()
    if programs is None:
        raise EngineFailed(own_postgres.MISSING)
    server = OwnPostgres(programs)
    server.execute("CREATE DATABASE perch")
    return RunningEngine(server.url("perch"), lambda: server.running, server.close)


def _redis() -> RunningEngine:
    program = own_redis.find_redis()
    if program is None:
        raise EngineFailed(own_redis.MISSING)
    server = OwnRedis(program)
    return RunningEngine(server.url, lambda: server.running, server.close)


POSTGRES = Engine("PostgreSQL", lambda: None if own_postgres.find_programs() else own_postgres.MISSING, _postgres)
REDIS = Engine("Redis", lambda: None if own_redis.find_redis() else own_redis.MISSING, _redis)
