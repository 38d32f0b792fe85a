"""All figures of one site on one graph."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from benchmarks.bare import Exchange
from benchmarks.cluster.acts import CONNECTIONS, costs_at
from benchmarks.cluster.amounts import Amounts
from benchmarks.cluster.costs import figures_of
from benchmarks.cluster.pages import HOME, home_pages, mix
from benchmarks.cluster.pushing import deliveries, hub
from benchmarks.cluster.sites import Site, running
from benchmarks.cluster.streamed import streams
from benchmarks.figure import Figure, Row, plain
from benchmarks.service import request, running_bare
from benchmarks.worlds import TEXT
from load.client import Client
from load.crew import Crew
from load.graph import Edge, Graph

Item = TypeVar("Item")


def measure(name: str, graph_name: str, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Starts the site, and yields its figures in the order in which the page shows them."""
    yield plain("load average before", [os.getloadavg()[0]], "")
    with running(name) as site:
        yield from GRAPHS[graph_name](site, graph, amounts)


def on_reed98(site: Site, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Yields costs, and then what a small and dense network does with pages, deliveries and streams."""
    # First, while nothing else is stored.
    yield from figures_of(costs_at(site, amounts.costs))
    crew = Crew(site.entry.address, CONNECTIONS)
    yield _follows(crew, graph.follows, amounts)
    _publish(site, crew, [user for _ in range(amounts.tweets_each) for user in graph.users])
    crew.work_off("first read", graph.users, Client.timeline)
    with running_bare("flask", _page(site, graph)) as flask:
        yield from home_pages(site, flask, graph, amounts)
        yield from mix(site, flask, graph, amounts)
    site.pushes.settle()
    yield from deliveries(site, crew, graph, amounts)
    yield from streams(site, crew, amounts)


def on_git(site: Site, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Yields what a large network does with pages, and what the most followed of it does."""
    crew = Crew(site.entry.address, CONNECTIONS)
    yield _follows(crew, graph.follows, amounts)
    # Who is followed by more publishes more.
    rng = Random(1)
    _publish(site, crew, [rng.choice(graph.follows)[1] for _ in range(amounts.tweets_of_git)])
    yield _rate("first reads", crew, graph.users, Client.timeline, amounts)
    with running_bare("flask", _page(site, graph)) as flask:
        yield from mix(site, flask, graph, amounts)
    site.pushes.settle()
    yield from hub(site, graph, amounts)


GRAPHS: Mapping[str, Callable[[Site, Graph, Amounts], Iterator[Row]]] = {"reed98": on_reed98, "git": on_git}
"""What is measured on each graph."""


def _follows(crew: Crew, follows: Sequence[Edge], amounts: Amounts) -> Figure:
    return _rate("follows", crew, follows, lambda client, follow: client.follow(*follow), amounts)


def _rate(
    name: str, crew: Crew, items: Sequence[Item], work: Callable[[Client, Item], object], amounts: Amounts
) -> Figure:
    """Works the items off in so many parts; the figure is how many a second."""
    rates = []
    for part in (items[number :: amounts.rounds] for number in range(amounts.rounds)):
        started = time.perf_counter()
        crew.work_off(name, part, work)
        rates.append(len(part) / (time.perf_counter() - started))
    return plain(f"{name} over {CONNECTIONS} connections", rates, "/s")


def _publish(site: Site, crew: Crew, authors: Sequence[str]) -> None:
    """Publishes a tweet by each. While nobody has a timeline, there is nothing to push."""
    tweets = [(author, TEXT.format(number)) for number, author in enumerate(authors)]
    crew.work_off("publish", tweets, lambda client, tweet: client.publish(*tweet))
    site.pushes.settle()


def _page(site: Site, graph: Graph) -> Exchange:
    return Exchange.of("GET", HOME, site.one.ask(request("GET", HOME, graph.users[0])))
