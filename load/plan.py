"""The plan of a load. It is made before the load begins, so that a later check can make it again."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from load.graph import Graph


@dataclass(frozen=True, slots=True)
class Polled:
    """A tweet of the sample, and the follower who polls until it shows."""

    author: str
    text: str
    follower: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The follows, the tweets by author and text, and the sample that is published after these."""

    graph: Graph
    tweets: Sequence[tuple[str, str]]
    sample: Sequence[Polled]


def make_plan(graph: Graph, texts: Sequence[str], sample: int, rng: random.Random) -> Plan:
    """Each text by a random user, and a sample of them again by random users with followers."""
    followers = defaultdict(list)
    for follower, followee in graph.follows:
        followers[followee].append(follower)
    authors = list(followers)
    tweets = [(rng.choice(graph.users), text) for text in texts]
    polled = []
    for text in rng.choices(texts, k=sample):
        author = rng.choice(authors)
        polled.append(Polled(author, text, rng.choice(followers[author])))
    return Plan(graph, tweets, polled)
