"""Users who write through several processes, and repeat what had no certain answer until it has."""

import random
from collections.abc import Sequence

from tests.faults.attempts import Attempts
from tests.faults.truth import Truth
from tests.http.client import JSON, Client
from tests.http.wire import Answer

SAYS = " says "

SETTLED_AFTER_ROUNDS = 2
"""A follow whose outcome was unknown may still be on its way, in a stopped process or in the network, though a repeat
of it was answered. It is not undone before that must have arrived."""


class ManyWriter:
    """One user, who does one thing after the other, and tells the truth about it."""

    def __init__(self, user: str, others: Sequence[str], truth: Truth, attempts: Attempts, rng: random.Random) -> None:
        self.user = user
        self.attempts = attempts
        self.answered = 0
        self.round = 0
        self._others = others
        self._truth = truth
        self._rng = rng
        self._number = 0
        self._follows: set[str] = set()
        self._unsettled: dict[str, int] = {}

    def act(self) -> None:
        """Does the next thing, until it is answered."""
        mine = list(self._truth.tweets_of(self.user))
        chance = self._rng.random()
        if chance < 0.6 or not mine:
            self._publish()
        elif chance < 0.75:
            self._delete(self._rng.choice(mine))
        else:
            self._follow_or_unfollow()
        self.answered += 1

    def _publish(self) -> None:
        self._number += 1
        text = f"{self.user}{SAYS}{self._number}"
        self._truth.publishing(self.user, text)
        answer, _ = self.attempts.answer(self.user, lambda client: publish(client, text))
        assert answer.status == 201, answer.body
        self._truth.published(text, int(answer.json()["id"]))

    def _delete(self, text: str) -> None:
        tweet_id = self._truth.tweets_of(self.user)[text]
        self._truth.deleting(text)
        answer, is_first = self.attempts.answer(self.user, lambda client: client.delete(f"/v1/tweets/{tweet_id}"))
        assert answer.status == 204 or (answer.status == 404 and not is_first), answer.body
        self._truth.deleted(text)

    def _follow_or_unfollow(self) -> None:
        other = self._rng.choice(self._others)
        if self._unsettled.get(other, 0) > self.round:
            return
        if other in self._follows:
            self._truth.unfollowing(self.user, other)
            self._settle(other, "DELETE")
            self._truth.unfollowed(self.user, other)
            self._follows.discard(other)
        else:
            self.follow(other)

    def follow(self, other: str) -> None:
        self._truth.following(self.user, other)
        self._settle(other, "PUT")
        self._truth.followed(self.user, other)
        self._follows.add(other)

    def _settle(self, other: str, method: str) -> None:
        target = f"/v1/users/me/following/{other}"
        answer, is_first = self.attempts.answer(self.user, lambda client: client.send(method, target))
        assert answer.status == 204, answer.body
        if not is_first:
            self._unsettled[other] = self.round + SETTLED_AFTER_ROUNDS


def publish(client: Client, text: str) -> Answer:
    """Publishes the text under a key of its own, which does not contain it: so a statement with the text publishes."""
    key = text.replace(SAYS, " key ")
    body = b'{"text": "%b"}' % text.encode()
    return client.send("POST", "/v1/tweets", JSON, ("Idempotency-Key", key), body=body)
