"""Pollers in several processes see each tweet once, whatever becomes of those who publish."""

from collections.abc import Iterator
from typing import LiteralString

import pytest

from infrastructure.postgres.sessions import Connection
from tests.engines.pollers import AUTHORS, Poller, pollers_in_processes, writers
from tests.engines.sessions import check_publishing_goes_on, connect, publish
from tests.engines.until import until
from tests.fakes.postgres import opened
from tests.integration.effort import LONG

PROCESSES = 2
POLLERS = 4
POLLS = 1_000_000 // (PROCESSES * POLLERS) if LONG else 400
CONTROL_POLLS = 100

STORED: LiteralString = "SELECT id FROM tweets WHERE author_id = ANY (%s) ORDER BY id"

LOCK: LiteralString = "SELECT pg_advisory_lock(7)"
BEGIN_AND_LOCK: LiteralString = "BEGIN; SELECT pg_advisory_xact_lock_shared(7)"

CONTROLS: dict[str, LiteralString] = {
    "the frontier does not look at the locks": """
        CREATE OR REPLACE FUNCTION frontier() RETURNS bigint LANGUAGE sql VOLATILE AS $$
            SELECT last_value FROM last_tweet_id
        $$
    """,
    "the lock comes after the id": """
        ALTER FUNCTION take_tweet_id RENAME TO take_id_only;
        CREATE OR REPLACE FUNCTION take_tweet_id() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
        DECLARE
            taken bigint;
        BEGIN
            BEGIN
                taken := take_id_only();
                RAISE SQLSTATE 'TAKEN';
            EXCEPTION WHEN SQLSTATE 'TAKEN' THEN
                PERFORM pg_sleep(0.01);
                PERFORM pg_advisory_xact_lock(taken);
                RETURN taken;
            END;
        END $$;
    """,
}


@pytest.fixture
def session(own_schema_url: str) -> Iterator[Connection]:
    with connect(own_schema_url) as connection:
        yield connection


def stored_and_polled(url: str, session: Connection, polls: int) -> tuple[list[int], list[Poller]]:
    """Returns the tweets in the end, and the pollers, each of which polled once more when all was quiet."""
    with writers(url):
        pollers = pollers_in_processes(url, PROCESSES, POLLERS, polls)
    check_publishing_goes_on(session)
    with opened(url) as stores:
        for poller in pollers:
            poller.poll(stores.tweets)
    return [tweet_id for (tweet_id,) in session.execute(STORED, (AUTHORS,))], pollers


@pytest.mark.timeout(7200)
def test_each_poller_sees_each_tweet_once(own_schema_url: str, session: Connection) -> None:
    stored, pollers = stored_and_polled(own_schema_url, session, POLLS)
    assert len(stored) > len(AUTHORS)
    for poller in pollers:
        assert poller.seen == stored


@pytest.mark.parametrize("control", CONTROLS)
def test_pollers_miss_tweets_where(own_schema_url: str, session: Connection, control: str) -> None:
    session.execute(CONTROLS[control])
    stored, pollers = stored_and_polled(own_schema_url, session, CONTROL_POLLS)
    assert any(set(stored) - set(poller.seen) for poller in pollers)


@pytest.mark.parametrize("holder", [BEGIN_AND_LOCK, LOCK], ids=["a transaction", "a session of another program"])
def test_whoever_holds_the_frontier_is_told_from_a_frontier_at_rest(
    own_schema_url: str, session: Connection, holder: LiteralString
) -> None:
    with opened(own_schema_url) as stores, connect(own_schema_url) as other:
        at_rest = publish(session, "ann")
        assert stores.tweets.frontier_and_last_id() == (at_rest, at_rest)
        other.execute(holder)
        [held] = {stores.tweets.frontier_and_last_id()[0] for _ in range(3) if publish(session, "ann")}
        last = publish(session, "ann")
        assert held < at_rest
        assert stores.tweets.frontier_and_last_id() == (held, last)
        other.close()
        until(lambda: stores.tweets.frontier_and_last_id() == (last, last))
