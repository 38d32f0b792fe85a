"""Timelines in Cassandra against a bare Flask view and against the driver's own batches; everything runs here."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from cassandra import ConsistencyLevel
from cassandra.cluster import Cluster, Session
from cassandra.concurrent import execute_concurrent
from cassandra.query import BatchStatement, BatchType

from app.compose import Role
from benchmarks.cases.outside import TWEETS_STORED, over_http
from benchmarks.cases.postgres.worlds import add_readers, environment, name_of, whole_perch
from benchmarks.engines import database, running_cassandra, running_postgres, why_no_cassandra
from benchmarks.figure import Figure, LeftOut, Row, at_least, at_most, plain, ratio
from benchmarks.turns import in_turns
from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.postgres import PostgresServer
from domain.tweet_id import EPOCH_MS
from infrastructure.cassandra.address import parse
from infrastructure.cassandra.schema import prepare

READERS = 2_000
SLICE = 1000
PUSH_ROUNDS = 9
BATCH = 20
AT_ONCE = 20
"""The batches with which the driver was fastest."""

DISK_READERS, DISK_ENTRIES = 500, 200
FIRST_ID = 1 << 60
INSERT = "INSERT INTO {keyspace}.timelines (user_id, generation, tweet_id) VALUES (?, ?, ?)"


def measure() -> Iterator[Row]:
    """Yields reads, pushes and the size on disk of an entry."""
    why = why_no_cassandra()
    if why is not None:
        yield LeftOut("Cassandra", why)
        return
    with running_postgres() as server, running_cassandra() as node:
        newest_ms = time.time_ns() // 1_000_000 - EPOCH_MS
        yield over_http("Cassandra", server, _keyspace(node, "reads"), 0.12, newest_ms - TWEETS_STORED)
        yield from pushes(server, node)
        yield on_disk(server, node)


def pushes(server: PostgresServer, node: OwnCassandra, rounds: int = PUSH_ROUNDS) -> Iterator[Figure]:
    """Yields the entries a second for so many timelines."""
    timelines = _keyspace(node, "pushes")
    with (
        database(server, timelines) as url,
        whole_perch(environment(url, timelines), Role.WORK) as perch,
        Cluster([(node.address, node.port)], protocol_version=5) as cluster,
    ):
        push = perch.adapters.timelines.push
        readers = add_readers(server, name_of(url), READERS)
        users = [user for user, _ in readers]
        tweet_ids = count(FIRST_ID)

        def by_perch() -> None:
            tweet_id = next(tweet_ids)
            if sum(push(tweet_id, users[at : at + SLICE]) for at in range(0, READERS, SLICE)) != READERS:
                raise RuntimeError("a timeline did not take the tweet")

        by_driver = _bare(cluster.connect(), readers, tweet_ids)
        times = in_turns([by_perch, by_driver], rounds=rounds)
    pushed, inserted = ([READERS / us * 1e3 for us in of_work] for of_work in times)
    name = "pushes in slices of 1,000: entries"
    yield ratio(name, pushed, f"the driver's batches of {BATCH}", inserted, "thousand/s", at_least(0.5))
    yield plain(name, pushed, "thousand/s", at_least(5))


def on_disk(server: PostgresServer, node: OwnCassandra) -> Figure:
    """Returns the bytes on disk of an entry, when its file was written; it ends the node."""
    timelines = _keyspace(node, "disk")
    with database(server, timelines) as url, whole_perch(environment(url, timelines), Role.WORK) as perch:
        users = [user for user, _ in add_readers(server, name_of(url), DISK_READERS)]
        for number in range(DISK_ENTRIES):
            # About one tweet a minute, as a reader gets them.
            perch.adapters.timelines.push((FIRST_ID >> 22) + number * 60_000 << 22 | number, users)
    node.stop()
    size = node.size_of("disk") / (DISK_READERS * DISK_ENTRIES)
    return plain("an entry on disk", [size], "bytes", at_most(60))


def _keyspace(node: OwnCassandra, name: str) -> str:
    url = node.url(name)
    prepare(parse(url))
    return url


def _bare(session: Session, readers: Sequence[tuple[str, int]], tweet_ids: Iterator[int]) -> Callable[[], None]:
    """Inserts one entry into each partition by the driver alone, in batches of any partitions."""
    insert = session.prepare(INSERT.format(keyspace="pushes"))

    def run() -> None:
        tweet_id = next(tweet_ids)
        batches = []
        for at in range(0, len(readers), BATCH):
            batch = BatchStatement(BatchType.UNLOGGED, consistency_level=ConsistencyLevel.LOCAL_QUORUM)
            for user, generation in readers[at : at + BATCH]:
                batch.add(insert, (user, generation, tweet_id))
            batches.append((batch, None))
        execute_concurrent(session, batches, concurrency=AT_ONCE)

    return run
