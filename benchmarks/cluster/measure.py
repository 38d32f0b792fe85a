"""All figures of one site."""

import os
import time
from collections.abc import Iterator, Sequence

from benchmarks.bare import Exchange
from benchmarks.cluster.acts import CONNECTIONS, costs_at
from benchmarks.cluster.amounts import HUB, Amounts, Crowd
from benchmarks.cluster.costs import figures_of
from benchmarks.cluster.pages import HOME, home_pages, mix
from benchmarks.cluster.pushing import deliveries, hub
from benchmarks.cluster.sites import Site, running
from benchmarks.cluster.streamed import streams
from benchmarks.figure import Row, plain
from benchmarks.service import request, running_bare
from benchmarks.worlds import TEXT
from load.client import Client
from load.crew import Crew
from load.graph import Edge


def measure(name: str, crowd: Crowd, amounts: Amounts) -> Iterator[Row]:
    """Starts the site, and yields its figures in the order in which the page shows them."""
    yield plain("load average before", [os.getloadavg()[0]], "")
    with running(name) as site:
        # First, while nothing else is stored.
        yield from figures_of(costs_at(site, amounts.costs))
        yield from _on_graph(site, crowd, amounts)


def _on_graph(site: Site, crowd: Crowd, amounts: Amounts) -> Iterator[Row]:
    crew = Crew(site.entry.address, CONNECTIONS)
    users = crowd.graph.users
    yield plain("follows of Reed98 over 8 connections", _follow(crew, crowd.graph.follows, amounts.rounds), "/s")
    # While nobody has a timeline, there is nothing to push.
    tweets = [(user, TEXT.format(number)) for number in range(amounts.tweets_each) for user in users]
    crew.work_off("publish", tweets, lambda client, tweet: client.publish(*tweet))
    site.pushes.settle()
    crew.work_off("first read", users, Client.timeline)
    page = Exchange.of("GET", HOME, site.one.ask(request("GET", HOME, users[0])))
    with running_bare("flask", page) as flask:
        yield from home_pages(site, flask, crowd.graph, amounts)
        yield from mix(site, flask, crowd.graph, amounts)
    site.pushes.settle()
    yield from deliveries(site, crew, crowd.graph, amounts)
    _follow(crew, [(follower, HUB) for follower in crowd.hub_followers], 1)
    crew.work_off("first read", crowd.hub_followers, Client.timeline)
    yield from hub(site, crowd.hub_followers, amounts)
    yield from streams(site, crew, amounts)


def _follow(crew: Crew, follows: Sequence[Edge], rounds: int) -> list[float]:
    """Returns the follows a second of each of so many parts."""
    rates = []
    for part in (follows[number::rounds] for number in range(rounds)):
        started = time.perf_counter()
        crew.work_off("follow", part, lambda client, follow: client.follow(*follow))
        rates.append(len(part) / (time.perf_counter() - started))
    return rates
