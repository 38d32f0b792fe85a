"""A publish is interrupted anywhere: no lock stays, publishing goes on, and the frontier passes."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress

import psycopg
import pytest

from cluster.perch_process import REPOSITORY
from infrastructure.postgres.sessions import Connection
from tests.engines.functions import Pausing
from tests.engines.sessions import await_quiet, await_that, check_publishing_goes_on, connect, frontier, publish, value
from tests.integration.effort import LONG

FUNCTIONS = ("lock_user", "take_tweet_id", "publish")
GRANTS = 2000 if LONG else 60
CANCELS = 20_000 if LONG else 300
WRITERS = 6

PAUSE_SECONDS = 60.0
SHORT_SECONDS = 0.2
TIME_OUT_MS = 40
APART_SECONDS = 0.001
"""The grant of a lock comes up to so long before or after the cancel."""

CANCEL_AT_PAUSE = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
END_AT_PAUSE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
WAITS_FOR_LOCK = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"

PUBLISH_AND_WAIT = """
import sys
from tests.engines.sessions import connect, publish
with connect(sys.argv[1]) as connection, connection.transaction():
    print(publish(connection, "author"), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(own_schema_url: str) -> Iterator[Connection]:
    """A session that watches and interrupts."""
    with connect(own_schema_url) as connection:
        yield connection


@pytest.fixture
def publisher(own_schema_url: str) -> Iterator[Connection]:
    """A session that is interrupted, and stays open afterwards."""
    with connect(own_schema_url) as connection:
        yield connection


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WRITERS) as pool:
        yield pool


def ended(publishing: "Future[int]") -> bool:
    """Waits for its end; returns False if it was interrupted."""
    with suppress(psycopg.errors.QueryCanceled, psycopg.errors.AdminShutdown):
        return publishing.result() > 0
    return False


def interrupt(publishing: "Future[int]", other: Connection, by: str, session: int) -> bool:
    """Interrupts the session at each of its pauses until its statement ends; returns whether it was interrupted."""

    def has_ended() -> bool:
        other.execute(by, (session,))
        return publishing.done()

    await_that(has_ended, lambda: "the publish does not end")
    return not ended(publishing)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_publish_is_cancelled_at_every_line_and_again_in_every_handler(
    publisher: Connection, other: Connection, background: ThreadPoolExecutor, function: str
) -> None:
    variants = Pausing(other, function)
    interrupted = 0
    for place in range(variants.places):
        variants.pause(PAUSE_SECONDS, place)
        publishing = background.submit(publish, publisher, f"author{place}", "a key")
        interrupted += interrupt(publishing, other, CANCEL_AT_PAUSE, publisher.info.backend_pid)
        variants.restore()
        check_publishing_goes_on(other)
    assert interrupted >= variants.places / 2


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_statement_time_out_comes_in_every_line(publisher: Connection, other: Connection, function: str) -> None:
    variants = Pausing(other, function)
    interrupted = 0
    for place in range(variants.places):
        variants.pause(SHORT_SECONDS, place, place)
        publisher.execute(f"SET statement_timeout = {TIME_OUT_MS}")
        with suppress(psycopg.errors.QueryCanceled):
            publish(publisher, f"author{place}", "a key")
            interrupted -= 1
        interrupted += 1
        variants.restore()
        check_publishing_goes_on(other)
    assert interrupted >= variants.places / 3


def test_a_session_is_ended_at_every_line(
    own_schema_url: str, other: Connection, background: ThreadPoolExecutor
) -> None:
    variants = Pausing(other, "take_tweet_id")
    interrupted = 0
    for place in range(variants.places):
        variants.pause(PAUSE_SECONDS, place)
        with connect(own_schema_url) as connection:
            publishing = background.submit(publish, connection, "author")
            interrupted += interrupt(publishing, other, END_AT_PAUSE, connection.info.backend_pid)
        variants.restore()
        check_publishing_goes_on(other)
    assert interrupted >= variants.places / 2


def test_a_cancel_comes_at_the_moment_at_which_the_lock_is_granted(
    own_schema_url: str, publisher: Connection, other: Connection, background: ThreadPoolExecutor
) -> None:
    session = publisher.info.backend_pid
    chance = random.Random(1)
    published = 0
    with connect(own_schema_url) as holder:

        def grant(seconds: float) -> None:
            time.sleep(max(0.0, seconds))
            holder.execute("SELECT pg_advisory_unlock(1, 1)")

        for _ in range(GRANTS):
            holder.execute("SELECT pg_advisory_lock(1, 1)")
            publishing = background.submit(publish, publisher, "author")
            await_that(lambda: value(other, WAITS_FOR_LOCK, (session,)), lambda: "the publish does not wait")
            # Mostly close together; some are so far apart that one of them comes first on a slow machine, too.
            later = chance.uniform(-APART_SECONDS, APART_SECONDS) * chance.choice((1, 1, 1, 20))
            granting = background.submit(grant, later)
            time.sleep(max(0.0, -later))
            other.execute("SELECT pg_cancel_backend(%s)", (session,))
            granting.result()
            published += ended(publishing)
            await_quiet(other)
    check_publishing_goes_on(other)
    assert 0 < published < GRANTS, "the cancel always came too early or too late"


def test_publishes_are_cancelled_at_random_moments_under_contention(
    own_schema_url: str, other: Connection, background: ThreadPoolExecutor
) -> None:
    chance = random.Random(1)
    Pausing(other, "take_tweet_id").pause(0.0005, 0)
    stopping = threading.Event()

    def publish_on(writer: Connection) -> int:
        cancelled = 0
        while not stopping.is_set():
            try:
                publish(writer, f"author{chance.randrange(20)}")
            except psycopg.errors.QueryCanceled:
                cancelled += 1
        return cancelled

    with ExitStack() as stack:
        writers = [stack.enter_context(connect(own_schema_url)) for _ in range(WRITERS)]
        writing = [background.submit(publish_on, writer) for writer in writers]
        for _ in range(CANCELS):
            other.execute("SELECT pg_cancel_backend(%s)", (chance.choice(writers).info.backend_pid,))
            stopping.wait(chance.uniform(0, 0.005))
        stopping.set()
        cancelled = [each.result() for each in writing]
        check_publishing_goes_on(other)
    assert sum(cancelled) > CANCELS / 10


def test_a_client_is_killed_between_its_id_and_its_commit(own_schema_url: str, other: Connection) -> None:
    command = [sys.executable, "-c", PUBLISH_AND_WAIT, own_schema_url]
    before = publish(other, "author")
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        taken = int(process.stdout.readline())
        assert before <= frontier(other) < taken
        later = publish(other, "another author")
        assert before <= frontier(other) < taken < later
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    check_publishing_goes_on(other)
    assert value(other, "SELECT count(*) FROM tweets WHERE id = %s", (taken,)) == 0


def test_the_frontier_waits_for_a_transaction_and_passes_when_it_ends(publisher: Connection, other: Connection) -> None:
    end: Callable[[], object]
    for end in (publisher.commit, publisher.rollback):
        publisher.execute("BEGIN")
        taken = publish(publisher, "author")
        later = publish(other, "another author")
        assert frontier(other) < taken < later
        end()
        assert frontier(other) == later
