"""A client that publishes, deletes, follows and unfollows, and sometimes looks at what it wrote."""

from collections.abc import Sequence

from tests.http.client import Client
from tests.http.wire import Answer
from tests.trial.callers import Caller, publish
from tests.trial.lists import Lists

SAYS = " says "
REMEMBERED = 50


class Writer:
    """One of two clients of one user, which publish the same tweets one after the other, each under its key.

    So it depends on which of them is first whether a publish is a repeat, and their follows and deletes may overlap.
    """

    def __init__(self, caller: Caller, user: str, others: Sequence[str]) -> None:
        self._caller = caller
        self._user = user
        self._others = others
        self._rng = caller.rng
        self._lists = Lists(caller)
        self._number = 0
        self._mine: list[tuple[int, str]] = []

    def act(self) -> None:
        """Does the next thing."""
        [deed] = self._rng.choices(
            [self._publish, self._repeat, self._publish_without_key, self._delete, self._change_follow, self._look],
            [45, 5, 5, 12, 20, 13],
        )
        deed()

    def _publish(self) -> None:
        self._number += 1
        self._say(f"{self._user}{SAYS}{self._number}")

    def _repeat(self) -> None:
        if self._number:
            self._say(f"{self._user}{SAYS}{self._rng.randint(1, self._number)}")

    def _say(self, text: str) -> None:
        key = text.replace(SAYS, " key ")
        arguments = {"user": self._user, "text": text, "key": key}
        came = self._caller.until_answered("publish", arguments, lambda client: publish(client, text, key), _published)
        self._remember(text, came.result.get("id"))

    def _publish_without_key(self) -> None:
        self._number += 1
        text = f"{self._caller.name} adds {self._number}"
        arguments = {"user": self._user, "text": text, "key": None}
        came = self._caller.once("publish", arguments, lambda client: publish(client, text, None), _published)
        self._remember(text, came.result.get("id"))

    def _remember(self, text: str, tweet_id: int | None) -> None:
        if tweet_id is not None:
            self._mine = [*self._mine[1 - REMEMBERED :], (tweet_id, text)]

    def _delete(self) -> None:
        if self._mine:
            tweet_id, text = self._rng.choice(self._mine)
            arguments = {"user": self._user, "id": tweet_id, "text": text}
            self._caller.until_answered("delete", arguments, lambda client: client.delete(f"/v1/tweets/{tweet_id}"))

    def _change_follow(self) -> None:
        other = self._rng.choice(self._others)
        if self._rng.random() < 0.6:
            self.follow(other)
        else:
            target = f"/v1/users/me/following/{other}"
            arguments = {"user": self._user, "other": other}
            self._caller.until_answered("unfollow", arguments, lambda client: client.delete(target))

    def follow(self, other: str) -> None:
        target = f"/v1/users/me/following/{other}"
        arguments = {"user": self._user, "other": other}
        self._caller.until_answered("follow", arguments, lambda client: client.put(target))

    def _look(self) -> None:
        """Reads what this user did."""
        if self._mine and self._rng.random() < 0.4:
            tweet_id, text = self._rng.choice(self._mine)
            self._caller.once("get", {"id": tweet_id, "text": text}, lambda client: _get(client, tweet_id))
        else:
            self._lists.read_some(self._user)


def _get(client: Client, tweet_id: int) -> Answer:
    return client.get(f"/v1/tweets/{tweet_id}")


def _published(answer: Answer) -> dict[str, object]:
    return {"id": int(answer.json()["id"]), "replayed": answer.headers.get("Idempotency-Replayed") == "true"}
