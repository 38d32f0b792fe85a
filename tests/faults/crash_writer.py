"""A user who writes until the service is killed, and knows what was answered."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException

from tests.http.client import JSON, Client
from tests.http.walking import walk
from tests.http.wire import Answer

GONE = (OSError, HTTPException)
"""What a client meets when the service is killed."""

REPEATS = 2
"""Keys that are used again after each restart."""


@dataclass(frozen=True, slots=True)
class Publish:
    text: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    tweet_id: int


@dataclass(frozen=True, slots=True)
class Follow:
    user: str


@dataclass(frozen=True, slots=True)
class Unfollow:
    user: str


Deed = Publish | Delete | Follow | Unfollow


class Writer:
    """Does one thing at a time, and holds what was answered: its tweets, keys, deletions and follows.

    `unanswered` is what it was about to do when the service was killed: that is done or not.
    """

    def __init__(self, user: str, others: Sequence[str], rng: random.Random) -> None:
        self.user = user
        self.tweets: dict[int, str] = {}
        self.deleted: set[int] = set()
        self.follows: set[str] = set()
        self.unanswered: Deed | None = None
        self._published_under: dict[str, tuple[str, int]] = {}
        self._others = others
        self._rng = rng
        self._number = 0

    def write_until_it_is_gone(self, client: Client) -> int:
        """How many writes were answered."""
        answered = 0
        while True:
            self.unanswered = deed = self._next_deed()
            try:
                answer = self._send(client, deed)
            except GONE:
                return answered
            self._note(deed, answer)
            self.unanswered = None
            answered += 1

    def check(self, client: Client) -> None:
        """What was answered is there once; what was not is there or not, and is settled, so that it is known then."""
        doubt, self.unanswered = self.unanswered, None
        self._check_follows(client, doubt)
        found = self._stored(client)
        lost, extra = self.tweets.keys() - found.keys(), found.keys() - self.tweets.keys()
        if isinstance(doubt, Delete):
            assert lost <= {doubt.tweet_id}
            assert client.delete(f"/v1/tweets/{doubt.tweet_id}").status == (404 if lost else 204)
            self._deleted(doubt.tweet_id)
        else:
            assert not lost, f"{self.user} lost {lost}"
        if isinstance(doubt, Publish):
            self._settle(client, doubt, {id_: found[id_] for id_ in extra})
        else:
            assert not extra, f"{self.user} has {extra} though nobody published them, or after they were deleted"
        self._repeat_some(client)
        if doubt is not None:
            assert self._stored(client) == self.tweets

    def _next_deed(self) -> Deed:
        self._number += 1
        chance = self._rng.random()
        if chance < 0.6 or not self.tweets:
            text = f"{self.user} {self._number}"
            return Publish(text, text if self._rng.random() < 0.5 else None)
        if chance < 0.75:
            return Delete(self._rng.choice(list(self.tweets)))
        other = self._rng.choice(self._others)
        return Unfollow(other) if other in self.follows else Follow(other)

    def _send(self, client: Client, deed: Deed) -> Answer:
        match deed:
            case Publish(text, key):
                headers = [JSON] if key is None else [JSON, ("Idempotency-Key", f'"{key}"')]
                return client.send("POST", "/v1/tweets", *headers, body=b'{"text": "%b"}' % text.encode())
            case Delete(tweet_id):
                return client.delete(f"/v1/tweets/{tweet_id}")
            case Follow(user):
                return client.put(f"/v1/users/me/following/{user}")
            case Unfollow(user):
                return client.delete(f"/v1/users/me/following/{user}")

    def _note(self, deed: Deed, answer: Answer) -> None:
        assert answer.status == (201 if isinstance(deed, Publish) else 204), answer.body
        match deed:
            case Publish(text, key):
                self._published(int(answer.json()["id"]), text, key)
            case Delete(tweet_id):
                self._deleted(tweet_id)
            case Follow(user):
                self.follows.add(user)
            case Unfollow(user):
                self.follows.discard(user)

    def _published(self, tweet_id: int, text: str, key: str | None) -> None:
        self.tweets[tweet_id] = text
        if key is not None:
            self._published_under[key] = text, tweet_id

    def _deleted(self, tweet_id: int) -> None:
        del self.tweets[tweet_id]
        self.deleted.add(tweet_id)

    def _check_follows(self, client: Client, doubt: Deed | None) -> None:
        pages = walk(client, f"/v1/users/{self.user}/following?limit=100")
        found = [user["id"] for page in pages for user in page["data"]]
        assert len(found) == len(set(found))
        unsure = {doubt.user} if isinstance(doubt, Follow | Unfollow) else set()
        assert set(found) ^ self.follows <= unsure
        self.follows = set(found)

    def _settle(self, client: Client, doubt: Publish, extra: dict[int, str]) -> None:
        assert list(extra.values()) in ([], [doubt.text])
        if doubt.key is None:
            self.tweets |= extra
            return
        answer = self._send(client, doubt)
        self._note(doubt, answer)
        assert (answer.headers.get("Idempotency-Replayed") == "true") == bool(extra)
        assert not extra or int(answer.json()["id"]) in extra

    def _repeat_some(self, client: Client) -> None:
        keys = list(self._published_under)
        for key in self._rng.sample(keys, min(REPEATS, len(keys))):
            text, tweet_id = self._published_under[key]
            answer = self._send(client, Publish(text, key))
            assert (answer.status, int(answer.json()["id"])) == (201, tweet_id)
            assert answer.headers["Idempotency-Replayed"] == "true"

    def _stored(self, client: Client) -> dict[int, str]:
        return stored(client, f"/v1/users/{self.user}/tweets?limit=100")


def stored(client: Client, target: str) -> dict[int, str]:
    """All tweets of a list, by id, newest first; each is there once."""
    tweets = [tweet for page in walk(client, target) for tweet in page["data"]]
    ids = [int(tweet["id"]) for tweet in tweets]
    assert ids == sorted(set(ids), reverse=True)
    return {id_: tweet["text"] for id_, tweet in zip(ids, tweets, strict=True)}
