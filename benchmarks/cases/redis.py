"""Timelines in Redis against a bare Flask view and against redis-py's own pipeline; everything runs on this machine."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from redis import Redis

from app.compose import Role
from benchmarks.cases.outside import over_http
from benchmarks.cases.postgres.worlds import environment, whole_perch
from benchmarks.engines import database, running_postgres, running_redis, why_no_redis
from benchmarks.figure import Figure, LeftOut, Row, at_least, at_most, plain, ratio
from benchmarks.turns import in_turns
from benchmarks.worlds import READER
from cluster.engines.own_redis import OwnRedis
from cluster.engines.postgres import PostgresServer
from infrastructure.redis.timelines import HEAD, KEYS_AT_ONCE

READERS = 10_000
SLICE = 1000
PUSH_ROUNDS = 9
TWEETS = 3
"""The tweets of a round."""

CAPACITY = 800
FIRST_ID = 1 << 60


def measure() -> Iterator[Row]:
    """Yields reads, pushes and the memory of a timeline."""
    why = why_no_redis()
    if why is not None:
        yield LeftOut("Redis", why)
        return
    with running_postgres() as server, running_redis() as redis:
        yield over_http("Redis", server, redis.url, 0.2)
        yield from pushes(server, redis)
        yield memory(server, redis)


def in_short(rounds: int) -> Iterator[Row]:
    """Yields pushes against the pipeline."""
    why = why_no_redis()
    if why is not None:
        yield LeftOut("Redis", why)
        return
    with running_postgres() as server, running_redis() as redis:
        yield next(pushes(server, redis, 2000, rounds))


def pushes(
    server: PostgresServer, redis: OwnRedis, readers: int = READERS, rounds: int = PUSH_ROUNDS
) -> Iterator[Figure]:
    """Yields the entries a second for so many timelines, and the time of a script."""
    with (
        database(server, redis.url) as url,
        whole_perch(environment(url, redis.url), Role.WORK) as perch,
        Redis.from_url(redis.url, protocol=2) as client,
    ):
        timelines = perch.adapters.timelines
        users = [f"follower-{number}" for number in range(readers)]
        _make_ready(client, timelines.install, users)
        slices = [users[at : at + SLICE] for at in range(0, readers, SLICE)]
        tweet_ids = count(FIRST_ID)

        def push() -> None:
            for tweet_id in [next(tweet_ids) for _ in range(TWEETS)]:
                if sum(timelines.push(tweet_id, of_slice) for of_slice in slices) != readers:
                    raise RuntimeError("a timeline did not take the tweet")

        def append() -> None:
            for tweet_id in [next(tweet_ids) for _ in range(TWEETS)]:
                for of_slice in slices:
                    pipeline = client.pipeline(transaction=False)
                    for user in of_slice:
                        pipeline.append(f"bare:{user}", tweet_id.to_bytes(8, "big"))
                    pipeline.execute()

        client.config_resetstat()
        by_work = in_turns([push, append], rounds=rounds)
        script_us = client.info("commandstats")["cmdstat_evalsha"]["usec_per_call"]
    pushed, appended = ([TWEETS * readers / us * 1e3 for us in times] for times in by_work)
    name = "pushes in slices of 1,000: entries"
    yield ratio(name, pushed, "redis-py's pipeline of APPEND", appended, "thousand/s", at_least(0.5))
    yield plain(name, pushed, "thousand/s", at_least(15))
    yield plain(f"script that pushes into {KEYS_AT_ONCE} timelines", [script_us / 1000], "ms", at_most(2))


def memory(server: PostgresServer, redis: OwnRedis) -> Figure:
    """Returns the bytes an entry of full timelines, as Redis counts them, while pushes go into them."""
    with (
        database(server, redis.url) as url,
        whole_perch(environment(url, redis.url), Role.WORK) as perch,
        Redis.from_url(redis.url, protocol=2) as client,
    ):
        timelines = perch.adapters.timelines
        client.flushdb()
        generation = timelines.install(READER).generation
        timelines.merge(READER, generation, range(FIRST_ID, FIRST_ID + CAPACITY), FIRST_ID, 1)
        [key] = redis.ask("KEYS", "*")
        sizes = []
        for tweet_id in range(FIRST_ID + CAPACITY, FIRST_ID + 2 * CAPACITY):
            timelines.push(tweet_id, [READER])
            entries = (client.strlen(key) - HEAD.size) / 8
            sizes.append(client.memory_usage(key) / entries)
    return plain(f"an entry of a full timeline of {CAPACITY}", sizes, "bytes", at_most(20))


def _make_ready(client: "Redis", install: Callable[[str], object], users: Sequence[str]) -> None:
    """Gives so many users an empty timeline."""
    client.flushdb()
    install(users[0])
    [key] = client.scan_iter()
    prefix = key.removesuffix(users[0].encode())
    head = HEAD.pack(True, 1, 1, 0)
    client.mset({prefix + user.encode(): head for user in users})
