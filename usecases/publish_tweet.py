"""Publish a tweet, at most once per idempotency key."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from domain.errors import InvalidInput
from domain.events import TweetCreated, TweetPublished
from domain.tweet import Tweet, normalise_text
from usecases.allowance import AllowanceLeft, WriteAllowance

NEVER_PULLED = 1 << 62
"""A number of followers that no author has: a tweet published with it is pushed."""

PUSHED = TweetPublished("push")
PULLED = TweetPublished("pull")


@dataclass(frozen=True, slots=True)
class PublishTweetRequest:
    author_id: str
    text: str
    idempotency_key: str | None = None
    trace_id: str = ""
    """Goes with the hint into the log lines of the delivery."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """An author's key, and a digest of the text that was sent with it.

    The digest saves memory: it is kept for a day, and a text may be sent with far more white space than is stored.
    """

    value: str
    digest: str


@dataclass(frozen=True, slots=True)
class Publication:
    """A tweet; for a replay also the digest with which its idempotency key was first used.

    `pulled`: the tweet is never pushed. It is only right for a tweet that is new, not for a replay.
    """

    tweet: Tweet
    digest: str = ""
    replayed: bool = False
    pulled: bool = False


@dataclass(frozen=True, slots=True)
class PublishedTweet:
    """The result. `replayed`: an earlier request with the same key published the tweet. `left`: remaining writes."""

    tweet: Tweet
    replayed: bool
    left: AllowanceLeft | None


class Tweets(Protocol):
    def publish(self, author_id: str, text: str, *, pull_from: int, key: IdempotencyKey | None) -> Publication:
        """Takes the id and writes tweet, author log, outbox row or pulled mark, and the key, in one atomic step.

        The tweet is pulled if its author has at least `pull_from` followers.
        If the author used the key in the last 24 hours, nothing is written and the earlier publication is returned.
        Of any number of requests with one key, concurrent or later, only one publishes.
        """

    def published_under(self, author_id: str, key: str) -> Publication | None:
        """Returns what the author published under this key in the last 24 hours; None if nothing."""


class Events(Protocol):
    def hint(self, event: TweetCreated) -> None:
        """Tells the fan-out about a tweet; never waits or raises. A lost hint delays the push; it loses no tweet."""


class Announcements(Protocol):
    def announce(self, tweet_id: int, author_id: str) -> None:
        """Tells the streams about a tweet; never waits or raises. A lost announcement only delays the tweet."""


class PublishTweet:
    """Stores a tweet and lets the fan-out push it to the author's followers.

    - The text follows the rules of `normalise_text`; otherwise `InvalidInput` is raised and nothing is stored.
    - Followers see the tweet at once: reads merge it as unpushed until it is in all timelines.
    - It is never pushed if the author has at least `pull_followers_threshold` followers now.
    - An author publishes one tweet per idempotency key in 24 hours. A repeat returns that tweet, even if it was deleted
      meanwhile, and costs no write. The same key with another text raises `InvalidInput`.
    - Nothing here waits for the fan-out or for streams.
    """

    def __init__(
        self,
        tweets: Tweets,
        events: Events,
        announcements: Announcements,
        allowance: WriteAllowance,
        observe: Callable[[TweetPublished], None],
        *,
        text_max_length: int,
        pull_followers_threshold: int,
    ) -> None:
        self._tweets = tweets
        self._events = events
        self._announcements = announcements
        self._allowance = allowance
        self._observe = observe
        self._text_max_length = text_max_length
        self._pull_followers_threshold = pull_followers_threshold

    def execute(self, request: PublishTweetRequest) -> PublishedTweet:
        key = _key(request)
        if key is not None:
            earlier = self._tweets.published_under(request.author_id, key.value)
            if earlier is not None:
                return _replay(earlier, key)
        text = normalise_text(request.text, self._text_max_length)
        left = self._allowance.spend(request.author_id, request.idempotency_key)
        pull_from = self._pull_followers_threshold
        publication = self._tweets.publish(request.author_id, text, pull_from=pull_from, key=key)
        if publication.replayed and key is not None:
            return _replay(publication, key)
        self._tell(publication.tweet, request.trace_id, pulled=publication.pulled)
        return PublishedTweet(publication.tweet, replayed=False, left=left)

    def _tell(self, tweet: Tweet, trace_id: str, *, pulled: bool) -> None:
        if not pulled:
            self._events.hint(TweetCreated(tweet.id, tweet.author_id, trace_id))
        self._announcements.announce(tweet.id, tweet.author_id)
        self._observe(PULLED if pulled else PUSHED)


def _key(request: PublishTweetRequest) -> IdempotencyKey | None:
    if request.idempotency_key is None:
        return None
    text = request.text.encode("utf-8", "surrogatepass")
    return IdempotencyKey(request.idempotency_key, hashlib.blake2b(text, digest_size=16).hexdigest())


def _replay(publication: Publication, key: IdempotencyKey) -> PublishedTweet:
    if publication.digest != key.digest:
        raise InvalidInput("idempotency_key", "This idempotency key was used with another body.")
    return PublishedTweet(publication.tweet, replayed=True, left=None)
