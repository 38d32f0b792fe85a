"""What Perch is filled with before it is measured, through its own stores and use cases."""

import gc
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.load.graph import Graph, read_graph
from benchmarks.parts import Parts
from domain.tweet import Tweet
from usecases.publish_tweet import PublishTweetRequest

READER = "reader"
HUB = "hub"
READERS = tuple(f"reader-{number}" for number in range(200))
"""Some of those who follow the hub, and forty authors beside it."""

TEXT = "A tweet of a usual length, which is about as long as this one is, number {}"
DATA = Path(__file__).parents[2] / "shared" / "data"
GRAPHS = {"reed98": DATA / "socfb-Reed98.edges", "git": DATA / "git_edges.csv"}
TWEETS_EACH = 5


@contextmanager
def filling() -> Iterator[None]:
    """Meanwhile the cycle collector rests: nothing that is put in is garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
        gc.collect()


def fill_reader(parts: Parts, followees: int = 40, tweets: int = 400, *, pulled: bool = False) -> list[Tweet]:
    """One reader, whose followees published all that there is; unless `pulled`, all of it is pushed. Returns it."""
    authors = [f"author-{number}" for number in range(followees)]
    with filling():
        follow_all(parts, [READER], authors)
        stored = store_tweets(parts, authors, tweets, pulled=pulled)
        parts.prepare.execute(READER)
    return stored


def store_tweets(parts: Parts, authors: Sequence[str], tweets: int, *, pulled: bool = False) -> list[Tweet]:
    """Spreads tweets over the authors, as if the worker had long been through with all that are not `pulled`."""
    stored = []
    for number in range(tweets):
        tweet = parts.tweets.publish(authors[number % len(authors)], TEXT.format(number), pulled=pulled)
        parts.tweets.mark_queued(tweet.id)
        if not pulled:
            parts.tweets.mark_pushed(tweet.id)
        stored.append(tweet)
    return stored


def follow_all(parts: Parts, followers: Iterable[str], followees: Sequence[str]) -> None:
    for follower in followers:
        for followee in followees:
            parts.graph.follow(follower, followee)


def fill_hub(parts: Parts, followers: int, readers: Sequence[str] = READERS) -> None:
    """A hub with so many followers, who all have their timelines; the readers among them follow authors too."""
    with filling():
        authors = [f"author-{number}" for number in range(40)]
        follow_all(parts, readers, authors)
        store_tweets(parts, authors, 4000)
        users = [*readers, *(f"follower-{number}" for number in range(followers - len(readers)))]
        follow_all(parts, users, [HUB])
        for user in users:
            parts.prepare.execute(user)


def fill_graph(parts: Parts, graph: Graph) -> None:
    """A real graph: everybody has published some tweets, and has read."""
    with filling():
        for follower, followee in graph.follows:
            parts.graph.follow(follower, followee)
        for number in range(TWEETS_EACH):
            for user in graph.users:
                parts.publish.execute(PublishTweetRequest(user, TEXT.format(number)))
            while parts.perch.fan_out.step():
                pass
        for user in graph.users:
            parts.prepare.execute(user)


def real_graph(name: str) -> Graph:
    """One of `GRAPHS`; raises `FileNotFoundError` where its file is missing."""
    path = GRAPHS[name]
    if not path.exists():
        raise FileNotFoundError(path)
    return read_graph(path, "", undirected=True)


def a_mix(graph: Graph, count: int) -> Iterator[tuple[str, str]]:
    """Who does what: of a hundred sixty read their home timeline, thirty somebody's tweets, ten publish."""
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
"""By the names that `python -m benchmarks.serve` knows them by."""
