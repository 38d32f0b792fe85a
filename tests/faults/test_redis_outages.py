"""A load of real data runs while Redis is killed, paused, cut off and restarted from old data: no timeline differs."""

from collections.abc import Mapping, Sequence

import pytest

from cluster.engines.own_redis import OwnRedis
from cluster.engines.proxy import Proxy
from cluster.perch_process import PerchProcess
from infrastructure.postgres.migrating import migrate
from tests.faults.timeline_outages import BETWEEN_SECONDS, Load, Outages, files, real_data, serves

__all__ = ["files", "real_data", "serves"]


class RedisOutages(Outages):
    """Redis is killed without a snapshot, or started from one."""

    def __init__(self, server: OwnRedis, proxy: Proxy) -> None:
        super().__init__(server, proxy)
        self._redis = server
        self.kinds.append(self.restart_with_old_data)

    def kill(self) -> None:
        self._redis.forget_snapshot()
        super().kill()

    def restart_with_old_data(self) -> None:
        self._redis.save()
        self.wait(BETWEEN_SECONDS)
        self._redis.restart()


@pytest.fixture
def settings(postgres_database: str, breakable_redis: OwnRedis, redis_proxy: Proxy) -> Mapping[str, str]:
    """Of processes on a new database, with timelines in Redis behind the proxy."""
    timelines = breakable_redis.url_through(redis_proxy.port)
    migrate(postgres_database, "head", timelines)
    return {"DATABASE_URL": postgres_database, "TIMELINES_URL": timelines, "TIMELINE_CAPACITY": "20"}


@pytest.mark.long
@pytest.mark.timeout(0)
def test_no_timeline_differs(
    serves: Sequence[PerchProcess], files: list[object], breakable_redis: OwnRedis, redis_proxy: Proxy
) -> None:
    outages = RedisOutages(breakable_redis, redis_proxy)
    Load(serves, "redis-", files).differs_never("Redis killed, paused, cut off, restarted with old data", outages)
