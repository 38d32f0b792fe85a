"""A copy of an SQLite file into PostgreSQL has everything, or there is none."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import pytest

from infrastructure.cannot_use import CannotUse
from infrastructure.clock import SystemClock
from infrastructure.postgres.filling import fill
from infrastructure.postgres.migrating import migrate
from infrastructure.sqlite.durable import DurableData, opened
from infrastructure.sqlite.stores import SqliteStores, open_sqlite
from tests.engines.sessions import connect, value
from tests.engines.until import until
from tests.fakes.databases import OPTIONS
from tests.fakes.postgres import opened as opened_postgres
from usecases.publish_tweet import IdempotencyKey

TEXTS = ["plain", "tab\tand\nline", r"\N \. \\ back\slashes", "æ 𝄞 🐦", "a" * 280]
PULL_FROM = 3
MANY = 1_000_000
KEY = IdempotencyKey("key", "digest")

ALL: LiteralString = """
    SELECT (SELECT count(*) FROM tweets) + (SELECT count(*) FROM follows) + (SELECT count(*) FROM users)
        + (SELECT count(*) FROM unpushed) + (SELECT count(*) FROM idempotency_keys)
        + (SELECT count(*) FROM kept_values WHERE name = 'secret_key') + (SELECT last_value FROM last_tweet_id)
"""
"""0 in a database with nothing in it."""

WAITING: LiteralString = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

CONNECTED: LiteralString = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'perch'
"""


def untold(_what: str, _written: int) -> None:
    pass


def write(stores: SqliteStores) -> None:
    """Follows that ended and began again, pulled tweets, and a newest tweet and follow that are gone."""
    for number in range(4):
        stores.graph.follow(f"fan{number}", "star")
        stores.graph.follow("fan0", f"author{number}")
    stores.graph.unfollow("fan0", "author1")
    stores.graph.follow("fan0", "author1")
    stores.graph.follow("fan9", "star")
    stores.graph.unfollow("fan9", "star")
    for text in TEXTS:
        for author in ("star", "author0", "author1"):
            stores.tweets.publish(author, text, pull_from=PULL_FROM, key=None)
    stores.tweets.publish("author2", "under a key", pull_from=PULL_FROM, key=KEY)
    last = stores.tweets.publish("star", "deleted", pull_from=PULL_FROM, key=IdempotencyKey("other", "digest"))
    stores.tweets.delete(last.tweet.id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "perch.db"
    with closing(open_sqlite(file, OPTIONS, SystemClock())) as stores:
        write(stores)
    return file


@pytest.fixture
def data(path: Path) -> Iterator[DurableData]:
    with opened(path) as found:
        yield found


def facts(stores: Any) -> dict[str, object]:  # noqa: ANN401 - stores of either engine
    """What the stores answer, apart from numbers that mean nothing outside of a process."""
    tweets, graph = stores.tweets, stores.graph
    ids = list(tweets.newest_of_all(0, 1 << 62, MANY))
    people = ["star", "nobody", *(f"{kind}{number}" for kind in ("fan", "author") for number in range(10))]
    return {
        "tweets": tweets.get_many(ids),
        "frontier": tweets.frontier(),
        "logs": {user: list(tweets.newest([user], 0, 1 << 62, MANY)) for user in people},
        "counts": {
            user: (tweets.count(user), graph.followers_count(user), graph.following_count(user)) for user in people
        },
        "pulled": list(tweets.unpushed(set(people), 0, 1 << 62, MANY)),
        "followers": {user: graph.followers_before(user, 1 << 62, MANY) for user in people},
        "following": {user: graph.following_before(user, 1 << 62, MANY) for user in people},
        "followees": {user: list(graph.followees(user).authors) for user in people},
        "keys": [tweets.published_under(user, key) for user, key in (("author2", "key"), ("star", "other"))],
        "secret": stores.secret_key,
    }


def test_everything_is_there_and_ids_go_on(path: Path, own_schema_url: str) -> None:
    with closing(open_sqlite(path, OPTIONS, SystemClock())) as stores:
        before = facts(stores)
    told: dict[str, int] = {}
    with opened(path) as data:
        fill(own_schema_url, data, told.__setitem__)
        last_tweet_id, last_follow_id = data.last_tweet_id(), data.last_follow_id()

    with opened_postgres(own_schema_url) as copied:
        assert facts(copied) == before
        assert copied.tweets.publish("author2", "under a key", pull_from=PULL_FROM, key=KEY).replayed
        assert copied.tweets.publish("star", "new", pull_from=PULL_FROM, key=None).tweet.id > last_tweet_id
        assert copied.graph.follow("fan9", "star")
        [(follow_id, _)] = copied.graph.followers_before("star", 1 << 62, 1)
    assert follow_id > last_follow_id
    assert told == {"tweets": 16, "pulled tweets": 5, "follows": 8, "idempotency keys": 2, "users": 9}


def test_ids_go_on_above_the_old_ones_also_if_the_server_is_behind(data: DurableData, own_schema_url: str) -> None:
    with connect(own_schema_url) as session:
        session.execute(
            "CREATE OR REPLACE FUNCTION clock_ms() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint'"
        )
    fill(own_schema_url, data, untold)
    with opened_postgres(own_schema_url) as copied:
        assert copied.tweets.frontier() == data.last_tweet_id()
        assert copied.tweets.publish("star", "new", pull_from=0, key=None).tweet.id > data.last_tweet_id()


class Broken:
    """The data of a file that cannot be read to its end."""

    def __init__(self, data: DurableData, ends: Callable[[], None]) -> None:
        self._data = data
        self._ends = ends

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._data, name)

    def idempotency_keys(self) -> Iterator[tuple[Any, ...]]:
        yield from self._data.idempotency_keys()
        self._ends()


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_copy_that_does_not_end_leaves_nothing_and_can_be_started_again(
    data: DurableData, own_schema_url: str
) -> None:
    with connect(own_schema_url) as session:

        def end_session() -> None:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'perch copy' "
                "AND datname = current_database()"
            )

        with pytest.raises(KeyboardInterrupt):
            fill(own_schema_url, Broken(data, interrupt), untold)
        assert value(session, ALL) == 0
        with pytest.raises(CannotUse, match=r"^The database .* cannot be used: [^\n]*\.$"):
            fill(own_schema_url, Broken(data, end_session), untold)
        until(lambda: value(session, ALL) == 0)
        fill(own_schema_url, data, untold)
        assert value(session, ALL) > 0
        with pytest.raises(CannotUse, match=r"is not empty, there are rows in users, tweets, .*migrate base.*\.$"):
            fill(own_schema_url, data, untold)


def test_a_process_that_starts_meanwhile_waits_and_signs_with_the_copied_key(
    data: DurableData, own_schema_url: str
) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def wait() -> None:
        has_begun.set()
        assert may_end.wait(60)

    def start() -> tuple[str, int]:
        with opened_postgres(own_schema_url) as stores:
            return stores.secret_key, stores.tweets.count("star")

    with ThreadPoolExecutor(2) as pool, connect(own_schema_url) as session:
        try:
            copying = pool.submit(fill, own_schema_url, Broken(data, wait), untold)
            assert has_begun.wait(60)
            starting = pool.submit(start)
            until(lambda: value(session, WAITING) == 1)
        finally:
            may_end.set()
        copying.result()
        assert starting.result() == (data.secret_key(), len(TEXTS))


def use_before(url: str) -> None:
    migrate(url, "head", "postgresql")
    with opened_postgres(url) as stores:
        stores.graph.follow("ann", "bob")
        stores.graph.unfollow("ann", "bob")
    with connect(url) as session:
        until(lambda: session.execute(CONNECTED).fetchone() == (0,))


def make_older(url: str) -> None:
    migrate(url, "0001", "postgresql")


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda _: None, r"has no schema of Perch, .* run `python -m app migrate`"),
        (make_older, r"has version 0001, .* run `python -m app migrate`"),
        (use_before, r"is not empty, there are rows in users: "),
    ],
)
def test_a_target_that_does_not_fit_is_refused(
    data: DurableData, postgres_database: str, prepare: Callable[[str], None], why: str
) -> None:
    prepare(postgres_database)
    with pytest.raises(CannotUse, match=why):
        fill(postgres_database, data, untold)


def test_a_target_that_is_in_use_is_refused(data: DurableData, own_schema_url: str) -> None:
    with opened_postgres(own_schema_url) as stores:
        stores.tweets.frontier()
        with pytest.raises(CannotUse, match=r"Processes of Perch are connected to the database .*: stop them first"):
            fill(own_schema_url, data, untold)
    with connect(own_schema_url) as session, session.transaction():
        session.execute("LOCK TABLE tweets")
        with pytest.raises(CannotUse, match="Another program writes to the database"):
            fill(own_schema_url, data, untold, lock_seconds=0.1)
