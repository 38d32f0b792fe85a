"""Pushes into timelines that are present, against the same rows written by psycopg."""

from collections.abc import Iterator
from functools import partial
from itertools import count

from app.compose import Role
from benchmarks.cases.postgres.bare import Write, bare_entries, copy, insert
from benchmarks.cases.postgres.worlds import add_readers, environment, name_of, tidy, whole_perch
from benchmarks.engines import database
from benchmarks.figure import Figure, at_least, ratio
from benchmarks.turns import in_turns
from cluster.engines.postgres import PostgresServer

READERS = 10_000
SLICE = 1000
ROUNDS = 9
TWEETS = 3
"""The tweets of a round."""


def measure(server: PostgresServer) -> Iterator[Figure]:
    """Yields the rate against executemany and against COPY."""
    return pushes(server, READERS, ROUNDS)


def pushes(server: PostgresServer, readers: int, rounds: int) -> Iterator[Figure]:
    """Yields the entries a second for so many timelines; each slice is a transaction."""
    with (
        database(server) as url,
        bare_entries(url) as connection,
        whole_perch(environment(url), Role.WORK) as perch,
    ):
        held = add_readers(server, name_of(url), readers)
        tidy(server, name_of(url))
        slices = [held[at : at + SLICE] for at in range(0, readers, SLICE)]
        users = [[user for user, _ in of_slice] for of_slice in slices]
        tweet_ids = count(1)

        def push() -> None:
            for tweet_id in [next(tweet_ids) for _ in range(TWEETS)]:
                taken = sum(perch.adapters.timelines.push(tweet_id, of_slice) for of_slice in users)
                if taken != readers:
                    raise RuntimeError("a timeline did not take the tweet")

        def write_by(write: Write) -> None:
            for tweet_id in [next(tweet_ids) for _ in range(TWEETS)]:
                for of_slice in slices:
                    write(connection, of_slice, tweet_id)

        by_work = in_turns([push, partial(write_by, insert), partial(write_by, copy)], rounds=rounds)
    pushed, inserted, copied = ([TWEETS * readers / us * 1e3 for us in times] for times in by_work)
    name = "pushes in slices of 1,000: entries"
    yield ratio(name, pushed, "executemany", inserted, "thousand/s", at_least(0.5))
    yield ratio(name, pushed, "COPY", copied, "thousand/s", at_least(0.5))
