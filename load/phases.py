"""The phases of a load."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from load.client import Client
from load.crew import Crew
from load.errors import LoadError
from load.graph import Edge
from load.oracle import Oracle, Tweet, difference
from load.plan import Polled

VISIBLE_SECONDS = 60.0
"""The longest time that a follower polls for a tweet: more than any sensible timeline window."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A home timeline that was read: over how many pages, and how it differs from the oracle's, if it does."""

    user: str
    pages: int
    difference: str | None


def follow_all(crew: Crew, follows: Sequence[Edge]) -> None:
    crew.work_off("follows", follows, lambda client, follow: client.follow(*follow))


def publish_all(crew: Crew, tweets: Sequence[tuple[str, str]]) -> list[Tweet]:
    """Publishes each text by its author."""
    return crew.work_off("tweets", tweets, lambda client, tweet: client.publish(*tweet))


def publish_and_poll(client: Client, sample: Sequence[Polled]) -> tuple[list[Tweet], list[float]]:
    """Publishes a tweet, has a follower poll until it shows, then goes on with the next.

    Returns the tweets and, for each, the seconds from the answer to its publish to the answer that shows it.
    Raises `LoadError` when one does not show for `VISIBLE_SECONDS`.
    """
    tweets, delays = [], []
    for polled in sample:
        since_id = client.timeline(polled.follower).since_id
        tweet = client.publish(polled.author, polled.text)
        delays.append(_seconds_until_visible(client, polled.follower, since_id, tweet))
        tweets.append(tweet)
    return tweets, delays


def _seconds_until_visible(client: Client, follower: str, since_id: str, tweet: Tweet) -> float:
    published = time.perf_counter()
    while (waited := time.perf_counter() - published) < VISIBLE_SECONDS:
        page = client.timeline(follower, since_id=since_id)
        if tweet in page.tweets:
            return time.perf_counter() - published
        since_id = page.since_id
    raise LoadError(f"Tweet {tweet.id} by {tweet.author} did not show in {follower}'s polls for {waited:.0f} s.")


def read_all(crew: Crew, users: Sequence[str], oracle: Oracle) -> list[Reading]:
    """Every user's home timeline, page by page, compared with the oracle's."""
    return crew.work_off("timelines", users, lambda client, user: _read(client, user, oracle.home(user)))


def _read(client: Client, user: str, expected: Sequence[Tweet]) -> Reading:
    page = client.timeline(user)
    read, pages = page.tweets, 1
    # One that goes on for longer than it should differs already, and may never end.
    while page.next_cursor is not None and page.tweets and len(read) <= len(expected):
        page = client.timeline(user, cursor=page.next_cursor)
        read, pages = read + page.tweets, pages + 1
    return Reading(user, pages, difference(expected, read))
