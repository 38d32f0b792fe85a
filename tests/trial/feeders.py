"""Clients that are given what is new: by polls, and by streams."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from cluster.listener import Listener
from tests.http.wire import Answer
from tests.trial.callers import GONE, UNKNOWN, Caller, tweets_of
from tests.trial.history import Operation, Outcomes, Recorder
from tests.trial.lists import next_of

TIMELINE = "/v1/users/me/timeline?limit=100"


class Poller:
    """Polls with the `since_id` of the poll before, which counts once all its pages were answered."""

    def __init__(self, caller: Caller, user: str, position: int = 0) -> None:
        self._caller = caller
        self._user = user
        self._position = position

    def act(self) -> bool:
        """Polls; returns whether it was answered."""
        came = self._caller.record("poll", {"user": self._user, "above": self._position}, self._poll)
        self._position = came.result.get("frontier", self._position)
        return came.outcome == "ok"

    def _poll(self) -> Outcomes:
        tweets: list[list[Any]] = []
        frontier = 0
        target: str | None = f"{TIMELINE}&since_id={self._position}"
        while target is not None:
            answer = self._page(target)
            if answer is None:
                return UNKNOWN
            if answer.status >= 300:
                return Outcomes("fail", {"status": answer.status})
            tweets += tweets_of(answer)
            frontier = frontier or int(answer.json()["meta"]["since_id"])
            target = next_of(answer)
        return Outcomes("ok", {"tweets": tweets, "frontier": frontier})

    def _page(self, target: str) -> Answer | None:
        return self._caller.answer(self._user, lambda client: client.get(target))


class Streamer:
    """Reads streams, each from where the one before ended, until it is stopped; each event is an operation."""

    def __init__(self, caller: Caller, user: str, recorder: Recorder, position: int = 0) -> None:
        self.position = position
        self._caller = caller
        self._user = user
        self._recorder = recorder
        self._at = time.monotonic()

    def read_until(self, is_over: Callable[[], bool]) -> None:
        """Reads one stream, until its end or until it is over, which is seen at the next event or heartbeat."""
        port = urlsplit(self._caller.url()).port
        assert port is not None
        try:
            with closing(Listener(port, self._user, str(self.position))) as listener:
                if listener.response.status != 200:
                    return
                for block in listener.blocks():
                    tweet = block.tweet()
                    if tweet is not None:
                        self._note(int(tweet["id"]), tweet["text"])
                    # A heartbeat tells the position, too.
                    self.position = int(listener.last_event_id or 0)
                    if is_over():
                        return
        except GONE:
            return

    def _note(self, tweet_id: int, text: str) -> None:
        begun, self._at = self._at, time.monotonic()
        arguments = {"user": self._user, "above": self.position}
        result = {"tweets": [[tweet_id, text]]}
        self._recorder.note(Operation(self._caller.name, "event", arguments, begun, self._at, "ok", result))
