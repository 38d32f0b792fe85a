"""What a load does, one after the other."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from load.client import Client
from load.crew import Crew
from load.errors import LoadError
from load.graph import Edge, Graph
from load.oracle import Oracle, Tweet, difference

VISIBLE_SECONDS = 60.0
"""How long a follower polls for a tweet: more than any timeline window that makes sense."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A home timeline that was read: over how many pages, and how it differs from the oracle's, if it does."""

    user: str
    pages: int
    difference: str | None


def follow_all(crew: Crew, follows: Sequence[Edge]) -> None:
    crew.work_off("follows", follows, lambda client, follow: client.follow(*follow))


def publish_all(crew: Crew, users: Sequence[str], texts: Sequence[str], rng: random.Random) -> list[Tweet]:
    """Each text by a random user."""
    tweets = [(rng.choice(users), text) for text in texts]
    return crew.work_off("tweets", tweets, lambda client, tweet: client.publish(*tweet))


def publish_and_poll(
    client: Client, graph: Graph, texts: Sequence[str], rng: random.Random
) -> tuple[list[Tweet], list[float]]:
    """Each text by a random user with followers, of whom one polls until it shows; then the next.

    Returns the tweets and, for each, the seconds from the answer to its publication to the answer that shows it.
    Raises `LoadError` when one does not show for `VISIBLE_SECONDS`.
    """
    followers = defaultdict(list)
    for follower, followee in graph.follows:
        followers[followee].append(follower)
    authors = list(followers)
    tweets, delays = [], []
    for text in texts:
        author = rng.choice(authors)
        follower = rng.choice(followers[author])
        since_id = client.timeline(follower).since_id
        tweet = client.publish(author, text)
        delays.append(_seconds_until_visible(client, follower, since_id, tweet))
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
