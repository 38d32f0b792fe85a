"""On how much, how often and for how long is measured."""

from dataclasses import dataclass
from random import Random

from benchmarks.cluster.acts import Counts
from load.graph import Graph, make_graph


@dataclass(frozen=True, slots=True)
class Amounts:
    """How often and for how long."""

    costs: Counts
    rounds: int = 3
    rate_seconds: float = 1.0
    latency_seconds: float = 2.0
    push_seconds: float = 2.0
    """About so long do workers push, when the rate of deliveries is measured."""
    tweets_each: int = 2
    """Tweets of each person of Reed98."""
    tweets_of_git: int = 2_000
    """They fill a timeline of the git graph with 22 tweets on average."""
    hub_tweets: int = 5
    streamed: int = 60
    """Tweets of a round."""


FULL = Amounts(Counts(reads=1_000, publishes=250, to_many=20, rounds=3))
QUICK = Amounts(
    Counts(followers=20, readers=5, reads=50, publishes=20, to_many=3, idle_seconds=0.1),
    rounds=1,
    rate_seconds=1.0,
    latency_seconds=1.0,
    push_seconds=0.1,
    tweets_each=1,
    tweets_of_git=50,
    hub_tweets=1,
    streamed=3,
)


def small_graph() -> Graph:
    """A few people, in the shape of a network."""
    made = make_graph("user-", Random(1))
    users = made.users[:30]
    return Graph(users, [follow for follow in made.follows if set(follow) <= set(users)])
