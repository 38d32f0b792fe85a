"""Readers of one author, the tweets that they must have, and those that were pushed into their timelines."""

import json
import time
from collections.abc import Callable
from typing import LiteralString

from cluster.exchange import TIMELINE
from cluster.perch_process import PerchProcess
from tests.e2e.test_stream import follow, publish
from tests.engines.fleet import Fleet, metrics
from tests.engines.until import until

READERS = ["bea", "ben", "bob"]
AUTHOR = "alice"
SECONDS = 60.0

WAITING: LiteralString = "SELECT count(*) FROM unpushed"
ENTRIES: LiteralString = """
    SELECT user_id, tweet_id FROM readers JOIN timeline_entries USING (user_id, generation) ORDER BY user_id, tweet_id
"""

Ask = Callable[[LiteralString], list[tuple[object, ...]]]


class Crowd:
    """Publishes, and judges timelines as they are prepared and as they are read."""

    def __init__(self, fleet: Fleet, ask: Ask) -> None:
        """All follow the author, and have a timeline."""
        self._fleet = fleet
        self._ask = ask
        self.tweets: list[int] = []
        self.seconds: list[float] = []
        for reader in READERS:
            follow(fleet.serves[0], reader, AUTHOR)
            assert self._page(fleet.serves[0], reader) == []

    def publish(self, count: int) -> list[int]:
        """Publishes so many tweets over all that serve; returns their ids, and notes how long each took."""
        published = []
        for number in range(count):
            began = time.monotonic()
            published.append(int(publish(self._fleet.serves[number % len(self._fleet.serves)], AUTHOR)))
            self.seconds.append(time.monotonic() - began)
        self.tweets += published
        return published

    def all_is_pushed(self) -> float:
        """Waits until nothing waits; then each has each tweet once. Returns the seconds of the wait."""
        waited = until(lambda: self._ask(WAITING) == [(0,)], SECONDS)
        assert self._ask(ENTRIES) == [(reader, tweet) for reader in READERS for tweet in self.tweets]
        for serve in self._fleet.serves:
            for reader in READERS:
                assert self._page(serve, reader) == self.tweets[::-1][:100]
        return waited

    @staticmethod
    def _page(serve: PerchProcess, reader: str) -> list[int]:
        status, body = serve.call("GET", f"{TIMELINE}?limit=100", reader)
        assert status == 200
        return [int(tweet["id"]) for tweet in json.loads(body)["data"]]


def total(fleet: Fleet, name: str) -> float:
    """The sum of a metric over all processes that have it and still run."""
    running = [each for each in [*fleet.serves, *fleet.works] if each.process.poll() is None]
    return sum(metrics(each).get(name, 0.0) for each in running)
