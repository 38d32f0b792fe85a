"""Readers of several processes: who polls, who reads a stream, and who compares each page."""

import random
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from operator import methodcaller
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.listener import Listener
from tests.faults.attempts import Attempts, Stoppable, Urls
from tests.faults.crash_writer import GONE
from tests.faults.truth import Truth
from tests.http.walking import NEXT

TIMELINE = "/v1/users/me/timeline?limit=100"
RECONNECT_SECONDS = 0.1
CAUGHT_UP_SECONDS = 60.0


def pages(attempts: Attempts, user: str, target: str) -> Iterator[dict[str, Any]]:
    """All pages of a list from this one on, each from any process."""
    following: str | None = target
    while following is not None:
        answer, _ = attempts.answer(user, methodcaller("get", following))
        assert answer.status == 200, answer.body
        yield answer.json()
        link = NEXT.fullmatch(answer.headers.get("Link", ""))
        following = link[1] if link else None


def all_of(attempts: Attempts, user: str, target: str) -> list[dict[str, Any]]:
    """Everything in a list, in its order."""
    return [each for page in pages(attempts, user, target) for each in page["data"]]


class ManyPoller:
    """Polls with the `since_id` of the poll before, and holds what it was given."""

    def __init__(self, user: str, attempts: Attempts) -> None:
        self.user = user
        self.attempts = attempts
        self.given: list[int] = []
        self._since_id = "0"

    def poll(self) -> None:
        """Takes a poll for answered once all its pages are."""
        polled = list(pages(self.attempts, self.user, f"{TIMELINE}&since_id={self._since_id}"))
        self.given += [int(tweet["id"]) for page in polled for tweet in page["data"]]
        self._since_id = polled[0]["meta"]["since_id"]


class ComparingReader:
    """Reads the first pages of anybody's timeline, and has them judged."""

    def __init__(self, users: Collection[str], truth: Truth, attempts: Attempts, rng: random.Random) -> None:
        self._users = list(users)
        self._truth = truth
        self._rng = rng
        self.attempts = attempts

    def read(self) -> None:
        user = self._rng.choice(self._users)
        began_at = time.monotonic()
        answer, is_first = self.attempts.answer(user, lambda client: client.get(TIMELINE))
        if not is_first:
            return  # the try that was answered began later, nobody knows when
        page = answer.json()
        found = [(int(tweet["id"]), tweet["text"]) for tweet in page["data"]]
        is_last = page["meta"]["next_cursor"] is None
        self._truth.judge(user, began_at, time.monotonic(), found, is_last=is_last)


class ManyStreamReader:
    """Reads a stream of any process from where the one before ended, and holds what it was given."""

    def __init__(self, user: str, urls: Urls, rng: random.Random) -> None:
        self.user = user
        self.given: list[int] = []
        self.streams = 0
        self._urls = urls
        self._rng = rng
        self._last_event_id = "0"
        self._more = threading.Condition()
        self._listener: Listener | None = None
        self.thread = Stoppable(self._read, RECONNECT_SECONDS)

    def _read(self) -> None:
        """Reads one stream until its end."""
        port = urlsplit(self._rng.choice(self._urls())).port
        assert port is not None
        try:
            with closing(Listener(port, self.user, self._last_event_id)) as listener:
                self._listener = listener
                self.streams += 1
                for tweet in listener.tweets():
                    self._note(tweet["id"])
        except GONE:
            return

    def _note(self, tweet_id: str) -> None:
        with self._more:
            self._last_event_id = tweet_id
            self.given.append(int(tweet_id))
            self._more.notify_all()

    def await_all(self, tweet_ids: Collection[int]) -> None:
        """Waits until it was given all these."""
        with self._more:
            came = self._more.wait_for(lambda: set(tweet_ids) <= set(self.given), CAUGHT_UP_SECONDS)
            assert came, f"the stream missed {set(tweet_ids) - set(self.given)}"

    def stop(self) -> None:
        """Ends the stream and the thread; nothing else may come any more."""
        self.thread.ask_to_stop()
        while self.thread.is_alive():
            if self._listener is not None:
                with suppress(OSError):
                    self._listener.cut()
            self.thread.join(RECONNECT_SECONDS)
        self.thread.stop()
