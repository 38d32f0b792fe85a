"""Write limits of several processes, and what they do without Redis."""

from contextlib import closing

import pytest

from cluster.engines.own_redis import OwnRedis
from cluster.engines.redis_server import RedisServer
from domain.errors import RateLimited
from infrastructure.memory.write_allowance import Rate
from infrastructure.redis.shared import SharedRedis
from tests.fakes.clock import ManualClock
from tests.fakes.redis import TIMEOUT_SECONDS
from usecases.allowance import AllowanceLeft

RATE = Rate(writes=4, seconds=3600)
OF_THE_DATABASE = "the secret of the database"


def shared(url: str, secret: str = OF_THE_DATABASE) -> "closing[SharedRedis]":
    return closing(SharedRedis(url, secret, TIMEOUT_SECONDS))


def test_processes_have_one_limit(redis_database: RedisServer) -> None:
    clock = ManualClock()
    with shared(redis_database.url) as one, shared(redis_database.url) as other:
        allowances = [redis.allowance(RATE, clock.monotonic) for redis in (one, other)]
        left = [allowances[number % 2].spend("alice").writes for number in range(RATE.writes)]
        assert left == [3, 2, 1, 0]
        for allowance in allowances:
            with pytest.raises(RateLimited):
                allowance.spend("alice")


def test_databases_have_a_limit_of_their_own(redis_database: RedisServer) -> None:
    clock = ManualClock()
    with shared(redis_database.url) as one, shared(redis_database.url, "another secret") as other:
        for redis in (one, other):
            assert redis.allowance(RATE, clock.monotonic).spend("alice").writes == 3


def test_without_redis_a_process_counts_for_itself(breakable_redis: OwnRedis) -> None:
    clock = ManualClock()
    with shared(breakable_redis.url) as redis:
        allowance = redis.allowance(RATE, clock.monotonic)
        for _ in range(RATE.writes):
            allowance.spend("alice")
        breakable_redis.kill()
        # What was counted in Redis refuses nothing now.
        assert allowance.spend("alice") == AllowanceLeft(RATE.writes, 3, RATE.seconds)
        for _ in range(3):
            allowance.spend("alice")
        with pytest.raises(RateLimited):
            allowance.spend("alice")
        clock.advance(RATE.seconds * 1000)
        assert allowance.spend("alice").writes == 3


def test_without_redis_nothing_waits_for_it(breakable_redis: OwnRedis) -> None:
    with shared(breakable_redis.url) as redis:
        allowance = redis.allowance(Rate(1000, 3600), ManualClock().monotonic)
        breakable_redis.kill()
        for _ in range(5):
            allowance.spend("alice")
        assert redis.circuit.openings == 1
        breakable_redis.start()
        redis.circuit.probe()
        assert not redis.circuit.is_open
        assert allowance.spend("alice").writes == 999


def test_the_secret_is_not_shown(redis_database: RedisServer) -> None:
    with shared(redis_database.url) as redis:
        redis.allowance(RATE, ManualClock().monotonic).spend("alice")
    [key] = redis_database.ask("KEYS", "*")
    assert OF_THE_DATABASE.encode() not in key
