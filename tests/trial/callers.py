"""Requests to the processes of a trial, each recorded with what is known of its outcome."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http.client import HTTPException
from typing import Any

from tests.engines.shared_gateway import ASKED
from tests.http.client import JSON, Client
from tests.http.wire import Answer, OverSocket
from tests.trial.history import Outcomes, Recorder

GONE = (OSError, HTTPException)
"""What a client meets when a process is killed."""

TIMEOUT_SECONDS = 3.0
"""A client gives up a process that does not answer, for example because it is stopped."""

PAUSE_SECONDS = 0.05
TRIES = 4
UNAVAILABLE = 503
"""The database may have done it all the same. Nothing, not even nginx, answers any other 5xx."""

NOT_FOUND = 404

UNKNOWN = Outcomes("unknown", {})

Ask = Callable[[Client], Answer]
Read = Callable[[Answer], Mapping[str, Any]]


class Caller:
    """One client, which asks any of the processes; only one thread may use it."""

    def __init__(self, name: str, urls: Sequence[str], recorder: Recorder, rng: random.Random) -> None:
        self.name = name
        self.rng = rng
        self._urls = urls
        self._recorder = recorder

    def once(self, action: str, arguments: Mapping[str, Any], ask: Ask, read: Read = lambda _: {}) -> Outcomes:
        """Asks once, and records the outcome; `arguments` name the user who asks, if anybody does."""
        user = str(arguments.get("user", ""))

        def do() -> Outcomes:
            answer = self.answer(user, ask)
            if answer is None:
                return UNKNOWN
            if answer.status >= 300:
                return Outcomes("fail", {"status": answer.status})
            return Outcomes("ok", read(answer))

        return self._recorder.run(self.name, action, arguments, do)

    def until_answered(
        self, action: str, arguments: Mapping[str, Any], ask: Ask, read: Read = lambda _: {}
    ) -> Outcomes:
        """Asks again while the outcome is unknown, a few times; each time is an operation of its own."""
        for _ in range(TRIES):
            came = self.once(action, arguments, ask, read)
            if came.outcome != "unknown":
                break
            time.sleep(PAUSE_SECONDS)
        return came

    def record(self, action: str, arguments: Mapping[str, Any], do: Callable[[], Outcomes]) -> Outcomes:
        """Records what is more than one request."""
        return self._recorder.run(self.name, action, arguments, do)

    def url(self) -> str:
        return self.rng.choice(self._urls)

    def answer(self, user: str, ask: Ask) -> Answer | None:
        """The answer of any process; None if the outcome is unknown."""
        try:
            with closing(OverSocket(self.url(), TIMEOUT_SECONDS)) as transport:
                answer = ask(Client(transport, user or None))
        except GONE:
            return None
        return None if answer.status == UNAVAILABLE or _may_be_of_a_repeat(answer) else answer


def _may_be_of_a_repeat(answer: Answer) -> bool:
    """Whether nginx asked a second process, which does not find what the first one deleted without an answer."""
    return answer.status == NOT_FOUND and "," in (answer.headers.get(ASKED) or "")


def publish(client: Client, text: str, key: str | None) -> Answer:
    """Publishes; the key does not contain the text, so a statement with the text is one that publishes."""
    headers = [JSON] if key is None else [JSON, ("Idempotency-Key", key)]
    return client.send("POST", "/v1/tweets", *headers, body=b'{"text": "%b"}' % text.encode())


def tweets_of(answer: Answer) -> list[list[Any]]:
    """The tweets of a page as they are recorded: id and text."""
    return [[int(tweet["id"]), tweet["text"]] for tweet in answer.json()["data"]]
