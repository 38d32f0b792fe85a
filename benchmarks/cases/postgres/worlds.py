"""Databases with data, and what runs on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import LiteralString

from app.compose import Role
from benchmarks.parts import Parts, build_parts, settings_of
from benchmarks.worlds import READER, follow_all
from cluster.engines.postgres import PostgresServer

BY = {"postgresql": "prepared timelines", "none": "author logs"}
"""How a home timeline is made, by the place of the timelines."""

FOLLOWEES = [f"author-{number}" for number in range(40)]
THEIRS = 400
"""The tweets of the followees; they are spread evenly among those of others."""

TEXT = "A tweet of a usual length, for those who read"

FIRST_MS = 400_000_000_000
"""The first tweet is from 2023, and one follows each millisecond."""

TWEETS: LiteralString = """
    INSERT INTO tweets
    SELECT
        (%s::bigint + number) << 22,
        CASE number %% share WHEN 0 THEN 'author-' || number / share %% 40 ELSE 'other-' || number %% 10000 END,
        'A tweet of a usual length, which is about as long as this one is, number ' || number / share
    FROM (SELECT %s::bigint AS share) AS asked, generate_series(1, share * %s::bigint) AS number
"""
LAST_ID: LiteralString = "SELECT setval('last_tweet_id', max(id)) FROM tweets"
READERS: LiteralString = """
    INSERT INTO readers (user_id, generation, read_at_ms, is_merged)
    SELECT 'follower-' || number, nextval('generations'), clock_ms(), true FROM generate_series(1, %s::bigint) AS number
"""
HELD: LiteralString = "SELECT user_id, generation FROM readers ORDER BY user_id"
TIDY: LiteralString = "VACUUM (ANALYZE)"


def environment(url: str, timelines: str = "postgresql", **more: str) -> dict[str, str]:
    """Returns the settings of a process on this database."""
    place = {} if timelines == "postgresql" else {"TIMELINES_URL": timelines}
    return {"DATABASE_URL": url, **place, **more}


def name_of(url: str) -> str:
    """Returns the name of the database."""
    return url.rpartition("/")[2]


@contextmanager
def whole_perch(settings: Mapping[str, str], role: Role = Role.ALL) -> Iterator[Parts]:
    """Yields a Perch of its own, in this process and without a worker."""
    parts = build_parts(settings_of(**settings), role)
    try:
        yield parts
    finally:
        parts.adapters.close()


def reader_among(server: PostgresServer, url: str, timelines: str, tweets: int, first_ms: int = FIRST_MS) -> None:
    """Stores so many tweets, some of them by the followees of a reader who has read."""
    name = name_of(url)
    server.execute(TWEETS, first_ms, tweets // THEIRS, THEIRS, database=name)
    server.execute(LAST_ID, database=name)
    with whole_perch(environment(url, timelines)) as parts:
        follow_all(parts, [READER], FOLLOWEES)
        if timelines == "postgresql":
            parts.perch.use_cases.prepare.execute(READER)
    tidy(server, name)


def add_readers(server: PostgresServer, name: str, readers: int) -> list[tuple[str, int]]:
    """Gives so many users an empty timeline; returns the users in order, each with the generation."""
    server.execute(READERS, readers, database=name)
    return [(user, generation) for user, generation in server.execute(HELD, database=name)]


def tidy(server: PostgresServer, name: str) -> None:
    """Does what the server does by itself after some minutes: removes dead rows and counts the others."""
    server.execute(TIDY, database=name)
