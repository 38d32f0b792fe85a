"""Publish a tweet at most once for each idempotency key."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from domain.errors import IdempotencyKeyInFlight, InvalidInput
from domain.tweet import Tweet
from usecases.publish_tweet import PublishTweetRequest

FIELD = "idempotency_key"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a key was used for: a digest of the text that was sent with it, and the tweet; None while it is published.

    A text may be sent with far more white space than a tweet has, and would take up memory for a day.
    """

    digest: str
    tweet: Tweet | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A tweet, and whether an earlier request with the same key published it."""

    tweet: Tweet
    replayed: bool


class IdempotencyKeys(Protocol):
    def reserve(self, user_id: str, key: str, digest: str) -> KeptAnswer | None:
        """Reserves the user's key for this digest in one step; what it is used for already, if it is."""

    def keep(self, user_id: str, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer of a reserved key for 24 hours."""

    def release(self, user_id: str, key: str) -> None:
        """Gives a reserved key back, unused."""


class Publish(Protocol):
    def execute(self, request: PublishTweetRequest) -> Tweet: ...


class PublishTweetOnce:
    """Publishes a tweet under a key of the author's; repeating the request answers with the same tweet.

    - The key is reserved before the tweet is written: of a hundred requests at once one publishes.
    - While it does, the others raise `IdempotencyKeyInFlight`; afterwards they get its tweet, also once it is deleted.
    - The same key with another text raises `InvalidInput`.
    - A publication that fails gives the key back.
    """

    def __init__(self, publish: Publish, keys: IdempotencyKeys) -> None:
        self._publish = publish
        self._keys = keys

    def execute(self, request: PublishTweetRequest, key: str) -> Publication:
        digest = _digest(request.text)
        kept = self._keys.reserve(request.author_id, key, digest)
        if kept is not None:
            return _replay(kept, digest)
        try:
            tweet = self._publish.execute(request)
        except BaseException:
            self._keys.release(request.author_id, key)
            raise
        self._keys.keep(request.author_id, key, KeptAnswer(digest, tweet))
        return Publication(tweet, replayed=False)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _replay(kept: KeptAnswer, digest: str) -> Publication:
    if kept.digest != digest:
        raise InvalidInput(FIELD, "This idempotency key was used with another body.")
    if kept.tweet is None:
        raise IdempotencyKeyInFlight("The first request with this idempotency key is not answered yet.")
    return Publication(kept.tweet, replayed=True)
