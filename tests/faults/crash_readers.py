"""Readers who go on from before a crash: one polls, one has a stream."""

import threading
from collections.abc import Collection
from contextlib import closing

from cluster.listener import Listener
from tests.faults.crash_writer import GONE
from tests.http.client import Client
from tests.http.walking import walk

CAUGHT_UP_SECONDS = 20.0

TIMELINE = "/v1/users/me/timeline?limit=100"


class Poller:
    """Polls with the `since_id` of the poll before, and holds what it was given."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.given: list[int] = []
        self._since_id = "0"

    def poll_until_it_is_gone(self, client: Client) -> None:
        try:
            while True:
                self.poll(client)
        except GONE:
            pass

    def poll(self, client: Client) -> None:
        """Takes a poll for answered once all its pages are."""
        pages = list(walk(client, f"{TIMELINE}&since_id={self._since_id}"))
        self.given += [int(tweet["id"]) for page in reversed(pages) for tweet in reversed(page["data"])]
        self._since_id = pages[0]["meta"]["since_id"]


class StreamReader:
    """Reads a stream from where the one before ended, and holds what it was given."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.given: list[int] = []
        self._last_event_id = "0"
        self._more = threading.Condition()

    def read_until_it_is_gone(self, port: int) -> None:
        try:
            with closing(Listener(port, self.user, self._last_event_id)) as listener:
                for tweet in listener.tweets():
                    self._note(tweet["id"])
        except GONE:
            pass

    def await_all(self, tweet_ids: Collection[int]) -> None:
        """Waits until it was given all these."""
        with self._more:
            came = self._more.wait_for(lambda: set(tweet_ids) <= set(self.given), CAUGHT_UP_SECONDS)
            assert came, f"the stream missed {set(tweet_ids) - set(self.given)}"

    def _note(self, tweet_id: str) -> None:
        with self._more:
            self._last_event_id = tweet_id
            self.given.append(int(tweet_id))
            self._more.notify_all()


def check_given(given: Collection[int], there: Collection[int], ever: Collection[int]) -> None:
    """Nobody was given a tweet twice, or one that a crash took back, and everything that is there."""
    assert len(given) == len(set(given)), "given twice"
    assert set(given) <= set(ever), f"shown, and then lost: {set(given) - set(ever)}"
    assert set(there) <= set(given), f"missed: {set(there) - set(given)}"
