"""Publish a tweet."""

from dataclasses import dataclass
from typing import Protocol

from domain.events import TweetCreated
from domain.tweet import Tweet, normalise_text
from usecases.allowance import WriteAllowance


@dataclass(frozen=True, slots=True)
class PublishTweetRequest:
    author_id: str
    text: str


class Tweets(Protocol):
    def publish(self, author_id: str, text: str, *, pulled: bool) -> Tweet:
        """Takes the id and writes tweet, author log, unpushed and, unless `pulled`, unqueued in one atomic step."""

    def mark_queued(self, tweet_id: int) -> None:
        """Says that the tweet's event is in the queue."""


class Followers(Protocol):
    def followers_count(self, user_id: str) -> int: ...


class Events(Protocol):
    def offer(self, event: TweetCreated) -> bool:
        """Queues the event without waiting; False when that cannot be done now. It raises nothing."""


class Readers(Protocol):
    def announce(self, author_id: str) -> None:
        """Wakes those who wait for tweets of this author's. It never waits, and raises nothing."""


class PublishTweet:
    """Stores a tweet and has it pushed to the author's followers.

    - The text follows the rules of `normalise_text`; otherwise `InvalidInput` is raised and nothing is stored.
    - Followers see the tweet from now on, because it counts as unpushed until it is in all their timelines.
    - It is never pushed when the author has at least `pull_followers_threshold` followers now.
    - Whoever streams a timeline that it belongs to is told.
    - Nothing here waits for the fan-out: without room in the queue the tweet stays unqueued until there is some.
    """

    def __init__(
        self,
        tweets: Tweets,
        followers: Followers,
        events: Events,
        readers: Readers,
        allowance: WriteAllowance,
        *,
        text_max_length: int,
        pull_followers_threshold: int,
    ) -> None:
        self._tweets = tweets
        self._followers = followers
        self._events = events
        self._readers = readers
        self._allowance = allowance
        self._text_max_length = text_max_length
        self._pull_followers_threshold = pull_followers_threshold

    def execute(self, request: PublishTweetRequest) -> Tweet:
        text = normalise_text(request.text, self._text_max_length)
        self._allowance.spend(request.author_id)
        followers = self._followers.followers_count(request.author_id)
        pulled = followers >= self._pull_followers_threshold
        tweet = self._tweets.publish(request.author_id, text, pulled=pulled)
        if not pulled:
            event = TweetCreated(tweet.id, tweet.author_id)
            if self._events.offer(event):
                self._tweets.mark_queued(tweet.id)
        self._readers.announce(tweet.author_id)
        return tweet
