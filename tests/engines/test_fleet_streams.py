"""Streams see what other processes write: soon, in order, and each tweet once."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import LiteralString

import psycopg

from cluster.engines.postgres import PostgresServer
from cluster.listener import Block, Listener
from cluster.perch_process import PerchProcess
from infrastructure.postgres.announcements import LOOK_SECONDS
from infrastructure.postgres.database import SIGN_OF_LIFE
from tests.e2e.test_stream import follow, publish
from tests.e2e.test_stream_limits import eventually
from tests.engines.fleet import StartFleet
from tests.integration.effort import LONG

SEEN_SECONDS = 2.0 if LONG else 10.0
ROUNDS = 30 if LONG else 4
QUIET_SECONDS = 3 * LOOK_SECONDS

STALLED = "SELECT tweet_id FROM publish('slow', 'hello', 10000, 0, true, NULL, NULL)"


@contextmanager
def stalled_publish(url: str) -> Iterator[tuple["psycopg.Connection[tuple[int]]", str]]:
    """A publish by slow that has its id, and has not committed; the id of its tweet."""
    with psycopg.connect(url) as connection:
        [(tweet_id,)] = connection.execute(STALLED).fetchall()
        yield connection, str(tweet_id)


def take(listener: Listener, wanted: list[str]) -> None:
    """The next tweets are these, and come soon."""
    asked_at = time.monotonic()
    tweets = listener.tweets()
    assert [next(tweets)["id"] for _ in wanted] == wanted
    assert time.monotonic() - asked_at < SEEN_SECONDS


def delete(perch: PerchProcess, author: str, tweet_id: str) -> None:
    assert perch.call("DELETE", f"/v1/tweets/{tweet_id}", author)[0] == 204


def read_page(perch: PerchProcess, user: str) -> list[str]:
    status, body = perch.call("GET", "/v1/users/me/timeline", user)
    assert status == 200
    return [tweet["id"] for tweet in json.loads(body)["data"]]


def test_a_tweet_of_another_process_comes_soon_and_once(start_fleet: StartFleet) -> None:
    here, there = start_fleet(serve=2, work=1).serves
    follow(there, "bob", "alice")
    with closing(Listener(here.port, "bob")) as listener:
        next(listener.blocks())
        for _ in range(ROUNDS):
            take(listener, [publish(there, "alice")])
            publish(there, "stranger")
            take(listener, [publish(each, "alice") for each in (here, there, there, here)])


def test_a_deletion_in_another_process_is_told_soon_and_once(start_fleet: StartFleet) -> None:
    here, there = start_fleet(serve=2).serves
    follow(there, "bob", "alice")
    with closing(Listener(here.port, "bob")) as listener:
        blocks = listener.blocks()
        next(blocks)
        for number in range(ROUNDS):
            tweet_id = publish(there, "alice")
            assert next_event(blocks) == ("tweet", tweet_id)
            asked_at = time.monotonic()
            delete((here, there)[number % 2], "alice", tweet_id)
            assert next_event(blocks) == ("delete", tweet_id)
            assert time.monotonic() - asked_at < SEEN_SECONDS


def next_event(blocks: Iterator[Block]) -> tuple[str, str]:
    """Name and tweet id of the next event."""
    fields = next(block.fields for block in blocks if "event" in block.fields)
    return fields["event"], json.loads(fields["data"])["id"]


def test_a_publish_that_stalls_holds_the_others_back_and_loses_none(
    start_fleet: StartFleet, postgres_database: str
) -> None:
    here, there = start_fleet(serve=2).serves
    follow(there, "bob", "alice")
    follow(there, "bob", "slow")
    with closing(Listener(here.port, "bob")) as listener:
        next(listener.blocks())
        for number in range(ROUNDS):
            before = read_page(here, "bob")
            with stalled_publish(postgres_database) as (connection, stalled):
                later = [publish(perch, author) for perch in (here, there) for author in ("ann", "alice")]
                assert read_page(here, "bob") == read_page(there, "bob") == before
                if fails := number % 2 == 1:
                    connection.rollback()
            take(listener, [later[1], later[3]] if fails else [stalled, later[1], later[3]])


def test_a_stream_goes_on_at_another_process(start_fleet: StartFleet, postgres_database: str) -> None:
    serves = start_fleet(serve=2).serves
    follow(serves[0], "bob", "alice")
    follow(serves[0], "bob", "slow")
    heard: list[str] = []
    wanted: list[str] = []
    last: str | None = "0"
    for number in range(ROUNDS):
        wanted.append(publish(serves[0], "alice"))
        with stalled_publish(postgres_database) as (_, stalled):
            wanted += [stalled, publish(serves[1], "alice")]
            with closing(Listener(serves[number % 2].port, "bob", last)) as listener:
                heard += [next(listener.tweets())["id"]]
                last = listener.last_event_id
        with closing(Listener(serves[(number + 1) % 2].port, "bob", last)) as listener:
            tweets = listener.tweets()
            heard += [next(tweets)["id"] for _ in range(2)]
            last = listener.last_event_id
    assert heard == wanted


ASKED_SINCE: LiteralString = """
    SELECT query FROM pg_stat_activity
    WHERE datname = %s AND application_name = 'perch' AND query <> %s AND query_start > %s
"""


def test_nothing_is_asked_of_the_database_while_no_stream_is_open(
    start_fleet: StartFleet, postgres_database: str, postgres_server: PostgresServer
) -> None:
    [perch] = start_fleet(serve=1).serves
    name = postgres_database.rpartition("/")[2]

    def asked_since(moment: object) -> object:
        return postgres_server.execute(ASKED_SINCE, name, SIGN_OF_LIFE, moment)

    assert perch.call("GET", "/v1/users/me/timeline", "bob")[0] == 200
    [(answered,)] = postgres_server.execute("SELECT clock_timestamp()")
    time.sleep(QUIET_SECONDS)  # that nothing happens is no event
    assert asked_since(answered) == []

    with closing(Listener(perch.port, "bob")) as listener:
        next(listener.blocks())
        [(opened,)] = postgres_server.execute("SELECT clock_timestamp()")
        assert eventually(lambda: bool(asked_since(opened)), SEEN_SECONDS)
