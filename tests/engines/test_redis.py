"""The Redis server of the tests: what it keeps, loses and answers when it is killed, paused and made a replica."""

import socket
from collections.abc import Iterator

import pytest

from cluster.engines import own_redis
from cluster.engines.own_redis import OwnRedis
from cluster.engines.ports import LOCALHOST

QUIET_SECONDS = 0.2
SECONDS = 20.0


@pytest.fixture
def other(breakable_redis: OwnRedis) -> Iterator[OwnRedis]:
    del breakable_redis  # so that one is installed
    program = own_redis.find_redis()
    assert program is not None
    with OwnRedis(program) as server:
        yield server


def identity(server: OwnRedis) -> tuple[str, str]:
    info = server.ask("INFO")
    return info["run_id"], info["master_replid"]


def test_a_restart_has_the_data_of_the_last_snapshot_and_another_identity(breakable_redis: OwnRedis) -> None:
    breakable_redis.ask("SET", "key", "old")
    breakable_redis.save()
    breakable_redis.ask("SET", "key", "new")
    before = identity(breakable_redis)
    breakable_redis.restart()
    assert breakable_redis.ask("GET", "key") == b"old"
    assert not set(before) & set(identity(breakable_redis))
    breakable_redis.forget_snapshot()
    breakable_redis.restart()
    assert breakable_redis.ask("GET", "key") is None


def test_a_paused_server_answers_after_it_is_resumed(breakable_redis: OwnRedis) -> None:
    breakable_redis.pause()
    with socket.create_connection((LOCALHOST, breakable_redis.port), SECONDS) as client:
        client.sendall(b"PING\r\n")
        client.settimeout(QUIET_SECONDS)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(SECONDS)
        breakable_redis.resume()
        assert client.recv(1) == b"+"


def test_a_replica_that_leads_has_the_data_and_another_identity(breakable_redis: OwnRedis, other: OwnRedis) -> None:
    breakable_redis.ask("SET", "key", "value")
    other.follow(breakable_redis)
    assert identity(other)[1] == identity(breakable_redis)[1]
    other.lead()
    assert other.ask("GET", "key") == b"value"
    assert identity(other)[1] != identity(breakable_redis)[1]


def test_a_broken_server_is_mended(breakable_redis: OwnRedis, other: OwnRedis) -> None:
    breakable_redis.follow(other)
    breakable_redis.pause()
    breakable_redis.mend()
    breakable_redis.ask("SET", "key", "value")
    breakable_redis.kill()
    assert not breakable_redis.running
    breakable_redis.mend()
    assert breakable_redis.ask("GET", "key") is None
