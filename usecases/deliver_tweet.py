"""Deliver a tweet: the fan-out to its author's followers."""

from collections.abc import Sequence
from typing import Protocol

from domain.events import TweetCreated
from domain.tweet import Tweet

FIRST_SLICE = 0
"""The position before the first follower; every follow id is larger."""


class Tweets(Protocol):
    def get(self, tweet_id: int) -> Tweet | None: ...

    def mark_pushed(self, tweet_id: int) -> None:
        """Takes the tweet out of unpushed; nothing happens when it is not there."""


class Followers(Protocol):
    def followers_after(self, user_id: str, follow_id: int, limit: int) -> tuple[Sequence[str], int]:
        """The `limit` followers with the next larger follow ids, and the last one's follow id."""


class Timelines(Protocol):
    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        """Inserts the id into the timelines that are present, each user's once; doing so again changes nothing."""


class DeliverTweet:
    """Pushes a tweet into its followers' timelines, one slice of followers a call.

    - Slices go by increasing follow id. Who follows meanwhile comes later in that order, or merges the author's log.
    - Only after the last slice does the tweet leave unpushed: until then readers find it there.
    - A slice may be repeated, and so may a whole delivery: nothing changes.
    """

    def __init__(self, tweets: Tweets, followers: Followers, timelines: Timelines, *, slice_size: int) -> None:
        self._tweets = tweets
        self._followers = followers
        self._timelines = timelines
        self._slice_size = slice_size

    def execute(self, event: TweetCreated, after: int = FIRST_SLICE) -> int | None:
        """Pushes to the next followers after this follow id; returns where to go on, None when all have it."""
        if self._tweets.get(event.tweet_id) is None:
            return None
        followers, last = self._followers.followers_after(event.author_id, after, self._slice_size)
        self._timelines.push(event.tweet_id, followers)
        if len(followers) == self._slice_size:
            return last
        self._tweets.mark_pushed(event.tweet_id)
        return None
