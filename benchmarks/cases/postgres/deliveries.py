"""Tweets that one `work` process delivers, against the same rows written by psycopg in a transaction for each tweet."""

import random
import time
from collections.abc import Iterator
from itertools import count
from typing import LiteralString

from benchmarks.cases.postgres.bare import Connection, Rows, bare_entries, insert
from benchmarks.cases.postgres.worlds import TEXT, add_readers, environment, name_of, tidy
from benchmarks.engines import database
from benchmarks.figure import Figure, ratio
from benchmarks.service import running_worker
from cluster.engines.postgres import PostgresServer

READERS = 10_000
AUTHORS = 100
ROUNDS = 5
TWEETS_BY_FOLLOWERS = {40: 1000, 1000: 100}
"""The tweets of a round, by the number of each author's followers."""

POLL_SECONDS = 0.01
PATIENCE_SECONDS = 120.0

FOLLOW: LiteralString = "INSERT INTO follows VALUES (%s, %s, nextval('follow_ids'))"
PUBLISH: LiteralString = """
    SELECT count(publish('author-' || number %% %s::bigint, %s::text, 1000000, 0, true, NULL, NULL))
    FROM generate_series(1, %s::bigint) AS number
"""
WAITING: LiteralString = "SELECT EXISTS (SELECT FROM unpushed)"
ENTRIES: LiteralString = "SELECT count(*) FROM timeline_entries"


def measure(server: PostgresServer) -> Iterator[Figure]:
    """Yields the tweets a second for authors with few and with many followers."""
    for followers, tweets in TWEETS_BY_FOLLOWERS.items():
        yield deliveries(server, followers, tweets, ROUNDS)


def deliveries(server: PostgresServer, followers: int, tweets: int, rounds: int) -> Figure:
    """Returns the tweets a second, from their commit to the last push."""
    with database(server) as url, bare_entries(url) as connection:
        by_author = _followers(server, connection, name_of(url), followers)
        tweet_ids = count(1)
        delivered, written = [], []
        with running_worker(**environment(url)):
            for _ in range(rounds + 1):
                delivered.append(_delivered_a_second(connection, tweets))
                started = time.perf_counter()
                for number in range(tweets):
                    insert(connection, by_author[number % AUTHORS], next(tweet_ids))
                written.append(tweets / (time.perf_counter() - started))
        if connection.execute(ENTRIES).fetchone() != ((rounds + 1) * tweets * followers,):
            raise RuntimeError("not every tweet was delivered to every timeline")
    # The first round fills caches.
    what = f"deliveries to {followers:,} followers each: tweets"
    return ratio(what, delivered[1:], "executemany, a transaction a tweet", written[1:], "/s")


def _followers(server: PostgresServer, connection: Connection, name: str, followers: int) -> list[Rows]:
    """Gives each author so many followers who have a timeline; returns them by author."""
    held = add_readers(server, name, READERS)
    chance = random.Random(1)
    by_author = [sorted(chance.sample(held, followers)) for _ in range(AUTHORS)]
    follows = [(user, f"author-{at}") for at, rows in enumerate(by_author) for user, _ in rows]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(FOLLOW, follows)
    tidy(server, name)
    return list(by_author)


def _delivered_a_second(connection: Connection, tweets: int) -> float:
    """Publishes so many tweets in one transaction, and waits until all are pushed."""
    connection.execute(PUBLISH, (AUTHORS, TEXT, tweets))
    started = time.perf_counter()
    while connection.execute(WAITING).fetchone() != (False,):
        if time.perf_counter() > started + PATIENCE_SECONDS:
            raise RuntimeError(f"not pushed after {PATIENCE_SECONDS} s")
        time.sleep(POLL_SECONDS)
    return tweets / (time.perf_counter() - started)
