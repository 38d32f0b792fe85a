"""Processes of Perch on PostgreSQL and Kafka, whose users publish, and what must be in every timeline afterwards."""

import json
from collections.abc import Callable
from typing import LiteralString

import psycopg

from cluster.exchange import TIMELINE
from tests.e2e.test_stream import follow, publish
from tests.engines.fleet import Fleet, metrics
from tests.engines.until import until

AUTHORS = [f"author-{number}" for number in range(6)]
READERS = ["bob", "ben", "bea"]
PAGE = 100

WAITING: LiteralString = "SELECT count(*) FROM unpushed"
ENTRIES: LiteralString = """
    SELECT user_id, array_agg(tweet_id ORDER BY tweet_id) FROM readers JOIN timeline_entries USING (user_id, generation)
    GROUP BY user_id
"""

TAKEN = "perch_event_hints_taken_total"

DRAINED_SECONDS = 60.0

Counts = dict[str, float]


class Crowd:
    """All readers follow all authors, and have a timeline before the first tweet."""

    def __init__(self, fleet: Fleet, database: str) -> None:
        self._fleet = fleet
        self._database = database
        self.published: list[tuple[str, int]] = []
        for reader in READERS:
            for author in AUTHORS:
                follow(fleet.serves[0], reader, author)
            assert fleet.serves[0].call("GET", TIMELINE, reader)[0] == 200

    def publish(self, count: int) -> list[int]:
        """The authors publish so many tweets in turns, through all that serve."""
        ids = []
        for number in range(count):
            author = AUTHORS[number % len(AUTHORS)]
            ids.append(int(publish(self._fleet.serves[number % len(self._fleet.serves)], author)))
            self.published.append((author, ids[-1]))
        return ids

    def publish_until(self, happened: Callable[[], object]) -> None:
        """The authors publish until it happened."""

        def published_and_happened() -> bool:
            self.publish(len(AUTHORS))
            return bool(happened())

        until(published_and_happened, DRAINED_SECONDS)

    def check(self) -> None:
        """Everything is pushed, soon; then each prepared timeline has each tweet once, and so has every page."""
        until(lambda: self.ask(WAITING) == [(0,)], DRAINED_SECONDS)
        ids = sorted(tweet_id for _, tweet_id in self.published)
        assert self.ask(ENTRIES + " ORDER BY user_id") == [(reader, ids) for reader in sorted(READERS)]
        for reader in READERS:
            assert self.home(reader) == ids[::-1]

    def home(self, reader: str) -> list[int]:
        """All that the reader reads, page by page."""
        found: list[int] = []
        cursor = ""
        while True:
            status, body = self._fleet.serves[0].call("GET", f"{TIMELINE}?limit={PAGE}{cursor}", reader)
            assert status == 200
            page = json.loads(body)
            found += [int(tweet["id"]) for tweet in page["data"]]
            if page["meta"]["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['meta']['next_cursor']}"

    def ask(self, statement: LiteralString) -> list[tuple[object, ...]]:
        with psycopg.connect(self._database, autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def counted(self, name: str) -> float:
        """The sum over all processes that run."""
        running = [each for each in (*self._fleet.serves, *self._fleet.works) if each.process.poll() is None]
        return sum(metrics(each).get(name, 0.0) for each in running)
