"""`work` pushes what `serve` publishes, retries, gives up, and stops in time; `serve` does none of that."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import LiteralString

import psycopg
import pytest

from cluster.exchange import TIMELINE
from cluster.perch_process import PerchProcess, WorkProcess
from tests.e2e.test_stop import LAST_WORDS, PROMPTLY_SECONDS
from tests.e2e.test_stream import follow, publish
from tests.e2e.test_stream_limits import eventually
from tests.engines.fleet import Fleet, StartFleet, metrics
from tests.fakes.log import json_lines
from tests.http.client import JSON, Client
from tests.http.wire import OverSocket

SECONDS = 30.0
ADMIN = ("X-Admin-Token", "the administrator's")
LETTERS = "/v1/admin/dead-letters"
READERS = ["bob", "ben", "bea"]
MANY = 200

WAITING: LiteralString = "SELECT count(*) FROM unpushed"
ENTRIES: LiteralString = """
    SELECT user_id, tweet_id FROM readers JOIN timeline_entries USING (user_id, generation) ORDER BY user_id, tweet_id
"""

REFUSE_BEN: LiteralString = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'ben''s shelf is full' USING ERRCODE = 'check_violation'; END $$;
    CREATE TRIGGER refusal BEFORE INSERT ON timeline_entries FOR EACH ROW WHEN (new.user_id = 'ben')
        EXECUTE FUNCTION refuse()
"""
ACCEPT_BEN: LiteralString = "DROP TRIGGER refusal ON timeline_entries"

Ask = Callable[[LiteralString], list[tuple[object, ...]]]


@pytest.fixture
def ask(postgres_database: str) -> Iterator[Ask]:
    """Runs a statement in the database of the fleet."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:

        def run(statement: LiteralString) -> list[tuple[object, ...]]:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

        yield run


def let_all_read(perch: PerchProcess) -> None:
    """Everybody follows alice, and has a timeline."""
    for reader in READERS:
        follow(perch, reader, "alice")
        assert perch.call("GET", TIMELINE, reader)[0] == 200


def threads(process: PerchProcess) -> set[str]:
    return {name.split('"')[1] for name in metrics(process) if name.startswith("perch_threads_restarted_total")}


@contextmanager
def administrator(perch: PerchProcess) -> Iterator[Callable[..., object]]:
    """Sends a request as administrator, and returns the document of the answer."""
    with closing(OverSocket(perch.url)) as transport:
        client = Client(transport)

        def send(method: str, target: str, document: object = None) -> object:
            body = b"" if document is None else json.dumps(document).encode()
            return client.send(method, target, ADMIN, JSON, body=body).json()

        yield send


def test_work_pushes_and_serve_does_not(start_fleet: StartFleet, ask: Ask) -> None:
    fleet = start_fleet(serve=2)
    here, there = fleet.serves
    let_all_read(here)
    tweets = [int(publish(perch, "alice")) for perch in (here, there, here)]
    assert all(threads(perch) - {"cpu"} == {"streams", "postgres-probe", "postgres-limits"} for perch in fleet.serves)
    assert ask("SELECT attempts, failed_at_ms FROM unpushed") == [(0, None)] * 3
    assert ask(ENTRIES) == []

    workers = fleet.work(2)
    assert eventually(lambda: ask(WAITING) == [(0,)], SECONDS)
    assert ask(ENTRIES) == [(reader, tweet) for reader in sorted(READERS) for tweet in tweets]
    own = {"fan-out", "housekeeping", "postgres-probe", "postgres-limits"}
    assert all(threads(work) - {"cpu"} == own for work in workers)
    assert eventually(lambda: pushed(*workers) == len(tweets), SECONDS)


def pushed(*workers: WorkProcess) -> float:
    """The tweets that these processes pushed to the last timeline."""
    return sum(metrics(work)["perch_tweet_pushed_seconds_count"] for work in workers)


def test_what_cannot_be_pushed_is_retried_given_up_and_redriven(start_fleet: StartFleet, ask: Ask) -> None:
    fleet = start_fleet(serve=2, work=2, DELIVERY_MAX_ATTEMPTS="3", ADMIN_TOKEN=ADMIN[1])
    here, there = fleet.serves
    let_all_read(here)
    ask(REFUSE_BEN)
    tweet = publish(here, "alice")

    with administrator(there) as admin:
        assert eventually(lambda: admin("GET", LETTERS)["data"], SECONDS)  # type: ignore[index] # a document
        [letter] = admin("GET", LETTERS)["data"]  # type: ignore[index]
        assert (letter["tweet_id"], letter["author_id"], letter["attempts"]) == (tweet, "alice", 3)
        assert "ben's shelf is full" in letter["error"]
        assert eventually(
            lambda: events(fleet) == ["tweet_dead_lettered", "tweet_not_pushed", "tweet_not_pushed"], SECONDS
        )
        for perch in fleet.serves:
            for reader in READERS:
                page = json.loads(perch.call("GET", TIMELINE, reader)[1])
                assert [each["id"] for each in page["data"]] == [tweet]

        ask(ACCEPT_BEN)
        assert admin("POST", f"{LETTERS}/redrive", {"all": True}) == {"redriven": 1}
        assert eventually(lambda: ask(WAITING) == [(0,)], SECONDS)
        assert admin("GET", LETTERS)["data"] == []  # type: ignore[index]
    assert ask(ENTRIES) == [(reader, int(tweet)) for reader in sorted(READERS)]


def events(fleet: Fleet) -> list[str]:
    """What all workers have logged."""
    return sorted(line["event"] for work in fleet.works for line in json_lines(work.log()))


def test_a_stop_finishes_the_turn_and_says_what_is_left(start_fleet: StartFleet, ask: Ask) -> None:
    fleet = start_fleet(serve=1)
    let_all_read(fleet.serves[0])
    for _ in range(MANY):
        publish(fleet.serves[0], "alice")
    [work] = fleet.work(LOG_LEVEL="INFO")
    assert eventually(lambda: pushed(work) > 0, SECONDS)
    said = work.stop()

    assert LAST_WORDS.fullmatch(said)
    [(left,)] = ask(WAITING)
    assert int(said.rpartition(" ")[2]) == left
    assert {"perch_started", "stopped"} <= {line["event"] for line in json_lines(work.log())}
    fleet.work()
    assert eventually(lambda: ask(WAITING) == [(0,)], SECONDS)


def test_a_push_that_stalls_holds_up_the_stop_no_longer_than_shutdown_seconds(
    start_fleet: StartFleet, ask: Ask
) -> None:
    fleet = start_fleet(serve=1, SHUTDOWN_SECONDS="1")
    let_all_read(fleet.serves[0])
    ask("BEGIN")
    ask("LOCK TABLE timeline_entries")
    [work] = fleet.work(DELIVERY_MAX_ATTEMPTS="1000")
    tweet = publish(fleet.serves[0], "alice")
    assert eventually(lambda: metrics(work)["perch_delivery_failures_total"] > 0, SECONDS)

    asked_at = time.monotonic()
    assert work.stop() == "Perch stopped; tweets left to push: 1\n"
    assert time.monotonic() - asked_at < PROMPTLY_SECONDS
    ask("ROLLBACK")
    fleet.work()
    assert eventually(lambda: ask(WAITING) == [(0,)], SECONDS)
    assert ask(ENTRIES) == [(reader, int(tweet)) for reader in sorted(READERS)]
