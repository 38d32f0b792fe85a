"""Home pages and mixed requests, against a bare Flask view that returns one of the pages."""

import statistics
from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.cluster.amounts import Amounts
from benchmarks.cluster.sites import Site
from benchmarks.figure import Row, plain, ratio
from benchmarks.load import PERCENTILES, latencies_in_turns, outcomes_at, rates_in_turns, warm
from benchmarks.service import Service, request
from benchmarks.worlds import TEXT
from load.graph import Graph

HOME = "/v1/users/me/timeline"
"""Its first page has 20 tweets by default."""

SHARES = {"home": 60, "user's tweets": 25, "publish": 10, "follow": 5}
"""The parts of 100 requests of the mix."""

READS = ("home", "user's tweets")
REQUESTS = 5_000
FLASK = "bare Flask view"


def home_pages(site: Site, flask: Service, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Yields the rate, and latencies at half of it; the yardstick gets the same requests in turns."""
    services = (site.entry, flask)
    requests = [request("GET", HOME, user) for user in graph.users]
    warm(services, requests)
    rates, yardsticks = rates_in_turns(services, requests, amounts.rate_seconds, amounts.rounds)
    yield ratio("home page: rate", rates, FLASK, yardsticks, "/s")
    rate = statistics.median(rates) / 2
    of_site, of_flask = latencies_in_turns(services, requests, rate, amounts.latency_seconds, amounts.rounds)
    for name, share in PERCENTILES:
        works, others = list(map(share, of_site)), list(map(share, of_flask))
        yield ratio(f"home page: {name} at half the rate", works, FLASK, others, "ms")


def mix(site: Site, flask: Service, graph: Graph, amounts: Amounts) -> Iterator[Row]:
    """Yields the rates of all and of each kind, and latencies at half of the rate; workers push meanwhile."""
    page = [request("GET", HOME, graph.users[0])]
    acts = acts_of(graph, REQUESTS)
    requests = [_request(*act) for act in acts]
    rates, yardsticks = [], []
    for _ in range(amounts.rounds):
        rates += rates_in_turns([site.entry], requests, amounts.rate_seconds, 1)[0]
        yardsticks += rates_in_turns([flask], page, amounts.rate_seconds, 1)[0]
    yield ratio("mix: rate", rates, FLASK, yardsticks, "/s")
    for name, kinds in (("reads", READS), ("publishes", ("publish",)), ("follows", ("follow",))):
        share = sum(SHARES[kind] for kind in kinds) / sum(SHARES.values())
        yield plain(f"mix: {name}", [rate * share for rate in rates], "/s")
    by_kind: dict[str, list[list[float]]] = {kind: [] for kind in ("home", "publish", "follow")}
    for _ in range(amounts.rounds):
        outcomes = outcomes_at(site.entry, requests, statistics.median(rates) / 2, amounts.latency_seconds)
        for kind, by_round in by_kind.items():
            by_round.append([each.seconds * 1000 for each in outcomes if acts[each.which][0] == kind])
    for kind, by_round in by_kind.items():
        for name, of_share in PERCENTILES:
            yield plain(f"mix: {kind}, {name} at half the rate", [of_share(each) for each in by_round], "ms")


def acts_of(graph: Graph, count: int) -> Sequence[tuple[str, str, str]]:
    """Random acts as kind, user and another user, in the proportions of `SHARES`; the same ones each time."""
    rng = Random(1)
    kinds = rng.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    pairs = [rng.sample(graph.users, 2) for _ in kinds]
    return [(kind, user, other) for kind, (user, other) in zip(kinds, pairs, strict=True)]


def _request(kind: str, user: str, other: str) -> bytes:
    if kind == "home":
        return request("GET", HOME, user)
    if kind == "publish":
        return request("POST", "/v1/tweets", user, f'{{"text": "{TEXT.format(user)}"}}'.encode())
    if kind == "follow":
        return request("PUT", f"/v1/users/me/following/{other}", user)
    return request("GET", f"/v1/users/{other}/tweets", user)
