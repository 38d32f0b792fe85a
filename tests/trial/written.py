"""Histories made by hand: each operation takes a tenth of a second, and each begins a second after the one before."""

from collections.abc import Sequence
from typing import Any

from tests.trial.checker import faults_of
from tests.trial.history import QUIET, Operation, Outcome, in_order

TAKES = 0.1
LATER = 100.0
"""So long after the others that what is unknown is settled."""


class Written:
    """A history that grows; `at` is when the next operation begins."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.operations: list[Operation] = []

    def add(
        self,
        client: str,
        action: str,
        arguments: dict[str, Any],
        outcome: Outcome = "ok",
        takes: float = TAKES,
        **result: object,
    ) -> None:
        self.operations.append(Operation(client, action, arguments, self.at, self.at + takes, outcome, result))
        self.at += 1.0

    def publish(
        self, user: str, tweet_id: int, outcome: Outcome = "ok", takes: float = TAKES, *, replayed: bool = False
    ) -> None:
        """The tweet with this id has the text `t<id>`."""
        result = {"id": tweet_id, "replayed": replayed} if outcome == "ok" else {}
        self.add(user, "publish", {"user": user, "text": f"t{tweet_id}", "key": "k"}, outcome, takes, **result)

    def delete(self, user: str, tweet_id: int, outcome: Outcome = "ok", takes: float = TAKES) -> None:
        result = {"status": 404} if outcome == "fail" else {}
        self.add(user, "delete", {"user": user, "id": tweet_id, "text": f"t{tweet_id}"}, outcome, takes, **result)

    def get(self, tweet_id: int, outcome: Outcome = "ok") -> None:
        result = {"status": 404} if outcome == "fail" else {}
        self.add("getter", "get", {"id": tweet_id, "text": f"t{tweet_id}"}, outcome, **result)

    def follow(self, user: str, other: str, outcome: Outcome = "ok", takes: float = TAKES) -> None:
        self.add(user, "follow", {"user": user, "other": other}, outcome, takes)

    def unfollow(self, user: str, other: str, outcome: Outcome = "ok", takes: float = TAKES) -> None:
        self.add(user, "unfollow", {"user": user, "other": other}, outcome, takes)

    def home(self, user: str, *ids: int, takes: float = TAKES, last: bool = True, below: int = 0) -> None:
        arguments = {"list": "home", "user": user, "of": user, "self": False, "below": below}
        self.add("reader", "page", arguments, takes=takes, tweets=tweets(ids), last=last)

    def tweets(self, of: str, *ids: int, last: bool = True) -> None:
        self.add("reader", "page", {"list": "tweets", "of": of, "below": 0}, tweets=tweets(ids), last=last)

    def everybody(self, *ids: int) -> None:
        self.add("reader", "page", {"list": "all", "of": "", "below": 0}, tweets=tweets(ids), last=True)

    def users(self, action: str, of: str, *named: str) -> None:
        self.add("reader", action, {"of": of}, users=list(named))

    def poll(self, user: str, above: int, *ids: int, frontier: int) -> None:
        arguments = {"user": user, "above": above}
        self.add(f"poll-{user}", "poll", arguments, tweets=tweets(ids), frontier=frontier)

    def event(self, user: str, above: int, tweet_id: int) -> None:
        self.add(f"stream-{user}", "event", {"user": user, "above": above}, tweets=tweets([tweet_id]))

    def counts(self, of: str, *counts: int) -> None:
        self.add("finale", "counts", {"of": of}, counts=list(counts))

    def outbox(self, waiting: int, dead: Sequence[int] = (), listed: Sequence[int] = ()) -> None:
        self.add("finale", "outbox", {}, waiting=waiting, dead=list(dead), listed=list(listed))

    def quiet(self) -> None:
        self.add("finale", QUIET, {})

    def wait(self, seconds: float = LATER) -> None:
        self.at += seconds

    def rules(self) -> list[str]:
        """The rules that the checker finds broken, each once."""
        return list(dict.fromkeys(fault.rule for fault in faults_of(in_order(self.operations))))


def tweets(ids: Sequence[int]) -> list[list[Any]]:
    return [[tweet_id, f"t{tweet_id}"] for tweet_id in ids]
