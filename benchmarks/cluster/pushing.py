"""Deliveries of many tweets, and those of a hub."""

import statistics
import time
from collections.abc import Iterator, Sequence

from benchmarks.capacity.scenarios import followers_in
from benchmarks.cluster.amounts import Amounts
from benchmarks.cluster.pages import HOME
from benchmarks.cluster.sites import Site
from benchmarks.figure import Row, plain, ratio
from benchmarks.load import milliseconds_at, p99, publishing, rates_in_turns
from benchmarks.service import request
from benchmarks.worlds import TEXT
from load.crew import Crew
from load.graph import Graph

FIRST_TWEETS = 20
TWEETS_MAX = 1_000
FOLLOWED = 50
"""So many of the most followed publish, in turns."""

READERS = 200
"""So many of the hub's followers read while its tweets are pushed."""

OF_RATE = 0.25
EVERY_SECONDS_MIN = 0.02


def deliveries(site: Site, crew: Crew, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Yields the deliveries a second, from the first publish to the last push."""
    authors = most_followed(graph)[:FOLLOWED]
    _, seconds = _pushed(site, crew, authors, FIRST_TWEETS)
    tweets = tweets_for(amounts.push_seconds, seconds / FIRST_TWEETS)
    rounds = [_pushed(site, crew, authors, tweets) for _ in range(amounts.rounds)]
    yield plain("deliveries", [count / seconds for count, seconds in rounds], "/s")


def most_followed(graph: Graph) -> list[str]:
    """All people, the most followed first."""
    followers = followers_in(graph)
    return sorted(followers, key=followers.__getitem__, reverse=True)


def tweets_for(seconds: float, each: float) -> int:
    """How many tweets take so long, if each takes so long; within bounds."""
    return min(max(round(seconds / each), FIRST_TWEETS), TWEETS_MAX)


def _pushed(site: Site, crew: Crew, authors: Sequence[str], tweets: int) -> tuple[float, float]:
    """Publishes so many tweets; returns deliveries and seconds until the last push."""
    before = site.pushes.now()
    started = time.perf_counter()
    texts = [(authors[number % len(authors)], TEXT.format(number)) for number in range(tweets)]
    crew.work_off("publish", texts, lambda client, tweet: client.publish(*tweet))
    after = site.pushes.wait_for(before.tweets + tweets)
    return after.deliveries - before.deliveries, time.perf_counter() - started


def hub(site: Site, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Yields the seconds of a tweet of the most followed to all followers, who have timelines, and reads meanwhile."""
    followee = most_followed(graph)[0]
    publish = request("POST", "/v1/tweets", followee, f'{{"text": "{TEXT.format(0)}"}}'.encode())
    seconds = [_seconds_of_a_tweet(site, publish) for _ in range(amounts.hub_tweets)]
    yield plain("tweet of the hub, until the last timeline has it", seconds, "s")
    followers = [follower for follower, each in graph.follows if each == followee]
    reads = [request("GET", HOME, reader) for reader in followers[:READERS]]
    rates = rates_in_turns([site.entry], reads, amounts.rate_seconds, amounts.rounds)[0]
    rate = statistics.median(rates) * OF_RATE
    idle, during = [], []
    for _ in range(amounts.rounds):
        idle.append(p99(milliseconds_at(site.entry, reads, rate, amounts.latency_seconds)))
        # At the start, too: where a tweet takes longer than the reads, it is the only one.
        site.one.ask(publish)
        with publishing(site.one, publish, max(statistics.median(seconds), EVERY_SECONDS_MIN)):
            during.append(p99(milliseconds_at(site.entry, reads, rate, amounts.latency_seconds)))
        site.pushes.settle()
    yield ratio("home page while the hub publishes: p99 at a quarter of the rate", during, "idle", idle, "ms")


def _seconds_of_a_tweet(site: Site, publish: bytes) -> float:
    """The seconds from its publication to the last push, by the worker's own clock."""
    before = site.pushes.now()
    site.entry.ask(publish)
    return site.pushes.wait_for(before.tweets + 1).seconds - before.seconds
