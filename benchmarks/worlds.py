"""The data that Perch is filled with before it is measured, through its own stores and use cases."""

import gc
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.parts import Parts
from domain.tweet import Tweet
from load.graph import Graph, read_graph
from usecases.publish_tweet import NEVER_PULLED, PublishTweetRequest

READER = "reader"
HUB = "hub"
READERS = tuple(f"reader-{number}" for number in range(200))
"""Users who follow the hub and also forty authors."""

TEXT = "A tweet of a usual length, which is about as long as this one is, number {}"
DATA = Path(__file__).parents[2] / "shared" / "data"
GRAPHS = {"reed98": DATA / "socfb-Reed98.edges", "git": DATA / "git_edges.csv"}
TWEETS_EACH = 5


@contextmanager
def filling() -> Iterator[None]:
    """Turns the cycle collector off inside the `with` block, because filling creates no garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
        gc.collect()


def fill_reader(parts: Parts, followees: int = 40, tweets: int = 400, *, pulled: bool = False) -> list[Tweet]:
    """Adds a reader and all tweets of the followees, pushed unless `pulled`; returns the tweets."""
    authors = [f"author-{number}" for number in range(followees)]
    with filling():
        follow_all(parts, [READER], authors)
        stored = store_tweets(parts, authors, tweets, pulled=pulled)
        parts.perch.use_cases.prepare.execute(READER)
    return stored


def store_tweets(parts: Parts, authors: Sequence[str], tweets: int, *, pulled: bool = False) -> list[Tweet]:
    """Stores tweets of the authors in turn. Unless they are `pulled`, the outbox no longer has them."""
    stored = []
    for number in range(tweets):
        author, text = authors[number % len(authors)], TEXT.format(number)
        tweet = parts.adapters.tweets.publish(author, text, pull_from=0 if pulled else NEVER_PULLED, key=None).tweet
        if not pulled:
            parts.adapters.outbox.done(tweet.id)
        stored.append(tweet)
    return stored


def follow_all(parts: Parts, followers: Iterable[str], followees: Sequence[str]) -> None:
    for follower in followers:
        for followee in followees:
            parts.adapters.graph.follow(follower, followee)


def fill_hub(parts: Parts, followers: int, readers: Sequence[str] = READERS) -> None:
    """Adds a hub whose followers all have timelines; the readers among them also follow forty authors."""
    with filling():
        authors = [f"author-{number}" for number in range(40)]
        follow_all(parts, readers, authors)
        store_tweets(parts, authors, 4000)
        users = [*readers, *(f"follower-{number}" for number in range(followers - len(readers)))]
        follow_all(parts, users, [HUB])
        for user in users:
            parts.perch.use_cases.prepare.execute(user)


def fill_graph(parts: Parts, graph: Graph) -> None:
    """Adds a real graph, in which every user has published some tweets and has read."""
    with filling():
        for follower, followee in graph.follows:
            parts.adapters.graph.follow(follower, followee)
        for number in range(TWEETS_EACH):
            for user in graph.users:
                parts.perch.use_cases.publish.execute(PublishTweetRequest(user, TEXT.format(number)))
            while parts.perch.work.fan_out.step():
                pass
        for user in graph.users:
            parts.perch.use_cases.prepare.execute(user)


def real_graph(name: str) -> Graph:
    """Returns one of `GRAPHS`; raises `FileNotFoundError` if its file is missing."""
    path = GRAPHS[name]
    if not path.exists():
        raise FileNotFoundError(path)
    return read_graph(path, "", undirected=True)


def a_mix(graph: Graph, count: int) -> Iterator[tuple[str, str]]:
    """Yields random requests as kind and user: 60 % home timelines, 30 % a user's tweets, 10 % publications."""
    rng = random.Random(1)
    kinds = rng.choices(("home", "user's tweets", "publish"), weights=(60, 30, 10), k=count)
    for kind in kinds:
        yield kind, rng.choice(graph.users)


WORLDS: dict[str, Callable[[Parts], object]] = {
    "reader": fill_reader,
    "million tweets": lambda parts: fill_reader(parts, tweets=1_000_000),
    "hub": lambda parts: fill_hub(parts, 9000),
    "million followers": lambda parts: fill_hub(parts, 1_000_000),
    "reed98": lambda parts: fill_graph(parts, real_graph("reed98")),
    "git": lambda parts: fill_graph(parts, real_graph("git")),
}
"""The functions that fill Perch, by the name that `python -m benchmarks.serve` takes."""
