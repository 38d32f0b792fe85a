"""The end of a trial: everybody stops, nothing is on its way, and everything is read once more."""

import random
import time
from collections.abc import Callable, Sequence
from functools import partial

from tests.http.wire import Answer
from tests.trial.aftermath import Aftermath
from tests.trial.callers import UNKNOWN, Caller
from tests.trial.feeders import Poller, Streamer
from tests.trial.history import Operation, Outcomes, Recorder
from tests.trial.lists import Lists
from tests.trial.plan import POLLERS, STREAMERS, USERS

ADMIN = ("X-Admin-Token", "the administrator's token")
PAGES = 100_000
TRIES = 20
CAUGHT_UP_SECONDS = 60.0
PAUSE_SECONDS = 0.2
LISTED_MAX = 100
DEAD_LETTERS = f"/v1/admin/dead-letters?limit={LISTED_MAX}"


class Finale:
    """Reads as one client that is sure of each answer."""

    def __init__(self, urls: Sequence[str], recorder: Recorder, rng: random.Random) -> None:
        self._urls = urls
        self._recorder = recorder
        self._rng = rng
        self._caller = self._new_caller("finale")
        self._lists = Lists(self._caller)

    def _new_caller(self, name: str) -> Caller:
        return Caller(name, self._urls, self._recorder, self._rng)

    def look_at_the_outbox(self, aftermath: Aftermath, inside_urls: Sequence[str]) -> None:
        """Records what waits, and what was given up, when nothing should wait any more."""
        waiting = aftermath.waiting()
        caller = Caller("finale", inside_urls, self._recorder, self._rng)

        def look() -> Outcomes:
            answer = caller.answer("", lambda client: client.get(DEAD_LETTERS, ADMIN))
            if answer is None:
                return UNKNOWN
            if answer.status >= 300:
                return Outcomes("fail", {"status": answer.status})
            listed = [int(each["tweet_id"]) for each in answer.json()["data"]]
            return Outcomes("ok", {"waiting": waiting, "dead": aftermath.dead()[:LISTED_MAX], "listed": listed})

        self._surely(lambda: caller.record("outbox", {}, look).outcome == "ok")

    def read_all(self) -> None:
        """Records all lists of all users."""
        for user in (*USERS, *POLLERS, *STREAMERS):
            self._surely(partial(self._lists.home, user, LISTED_MAX, PAGES))
            self._surely(partial(self._lists.tweets, "tweets", user, LISTED_MAX, PAGES))
            for kind in ("following", "followers"):
                self._surely(partial(self._lists.users, kind, user))
            self._surely(partial(self._counts, user))

    def catch_up(self, history: Sequence[Operation]) -> None:
        """Each poller polls once more, and each stream goes on until it has the newest tweet."""
        for user in POLLERS:
            name = f"poll-{user}"
            poller = Poller(self._new_caller(name), user, _position(history, name))
            self._surely(poller.act)
        for user in STREAMERS:
            self._catch_up_stream(history, user)

    def _catch_up_stream(self, history: Sequence[Operation], user: str) -> None:
        name = f"stream-{user}"
        newest = _newest(history, user)
        streamer = Streamer(self._new_caller(name), user, self._recorder, _position(history, name))
        deadline = time.monotonic() + CAUGHT_UP_SECONDS

        def is_over() -> bool:
            return streamer.position >= newest or time.monotonic() > deadline

        while not is_over():
            streamer.read_until(is_over)

    def _surely(self, do: Callable[[], bool]) -> None:
        for _ in range(TRIES):
            if do():
                return
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("the processes do not answer though nobody does harm")

    def _counts(self, user: str) -> bool:
        came = self._caller.once("counts", {"of": user}, lambda client: client.get(f"/v1/users/{user}"), _read_counts)
        return came.outcome == "ok"


def _read_counts(answer: Answer) -> dict[str, list[int]]:
    counts = answer.json()
    return {"counts": [counts["tweets_count"], counts["followers_count"], counts["following_count"]]}


def _position(history: Sequence[Operation], client: str) -> int:
    """Where a poller or a stream has come to."""
    parts = [each for each in history if each.client == client and each.outcome == "ok"]
    ids = [tweet_id for part in parts for tweet_id, _ in part.result["tweets"]]
    return int(max([0, *ids, *(part.result.get("frontier", 0) for part in parts)]))


def _newest(history: Sequence[Operation], user: str) -> int:
    """The newest tweet of the user's home timeline, as it was read last."""
    pages = [each for each in history if each.action == "page" and each.arguments.get("user") == user]
    return max((tweet_id for page in pages for tweet_id, _ in page.result.get("tweets", ())), default=0)
