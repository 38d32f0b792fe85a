"""On how much, how often and for how long is measured."""

from dataclasses import dataclass
from random import Random

from benchmarks.capacity.scenarios import followers_in
from benchmarks.cluster.acts import Counts
from benchmarks.worlds import real_graph
from load.graph import Graph, make_graph

READERS = 200
"""How many people of Reed98 are among the hub's followers; they read while its tweets are pushed."""


HUB = "git-hub"


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
    hub_tweets: int = 5
    streamed: int = 60
    """Tweets of a round."""


FULL = Amounts(Counts(reads=1_000, publishes=250, to_many=20, rounds=3))
QUICK = Amounts(
    Counts(followers=20, readers=5, reads=50, publishes=20, to_many=3, idle_seconds=0.1),
    rounds=1,
    rate_seconds=0.2,
    latency_seconds=0.2,
    push_seconds=0.1,
    tweets_each=1,
    hub_tweets=1,
    streamed=3,
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who follows whom."""

    graph: Graph
    hub_followers: list[str]
    """Who follow `HUB`; the first ones are people of the graph."""


def real_crowd() -> Crowd:
    """Reed98, and the followers of the GitHub network's hub; raises `FileNotFoundError` if a file is missing."""
    graph, network = real_graph("reed98"), real_graph("git")
    followers = followers_in(network)
    hub = max(followers, key=followers.__getitem__)
    names = [f"git-{follower}" for follower, followee in network.follows if followee == hub]
    return Crowd(graph, [*graph.users[:READERS], *names[READERS:]])


def small_crowd() -> Crowd:
    """A few people, in the shape of a network."""
    made = make_graph("user-", Random(1))
    users = made.users[:30]
    graph = Graph(users, [follow for follow in made.follows if set(follow) <= set(users)])
    return Crowd(graph, [*users, *(f"git-{number}" for number in range(20))])
