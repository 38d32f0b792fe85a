"""Mixed requests on real graphs: of 100, 60 read a home timeline, 30 read a user's tweets, 10 publish.

The worker pushes meanwhile. The yardstick is a bare Flask view that returns one home timeline of the graph.
"""

import statistics
from collections.abc import Iterator, Sequence

from benchmarks.bare import Exchange
from benchmarks.figure import LeftOut, Row, ratio
from benchmarks.load import milliseconds_at, outcomes_at, p50, p99, rates_in_turns, warm
from benchmarks.service import Service, request, running_bare, running_world
from benchmarks.worlds import TEXT, a_mix, real_graph

ROUNDS = 5
RATE_SECONDS = 1.0
LATENCY_SECONDS = 2.0
REQUESTS = 10_000
HOME = "/v1/users/me/timeline"
KINDS = ("home", "user's tweets", "publish")

TITLES = {"reed98": "Reed98 (962 people)", "git": "GitHub (37,700 developers)"}


def measure() -> Iterator[Row]:
    """Yields the figures for each graph, if its file is present."""
    for name, title in TITLES.items():
        try:
            graph = real_graph(name)
        except FileNotFoundError as error:
            yield LeftOut(f"mix on {title}", f"{error.args[0].name} is missing")
            continue
        kinds, users = zip(*a_mix(graph, REQUESTS), strict=True)
        with running_world(name) as perch:
            yield from _of_graph(title, perch, kinds, [_request(*act) for act in zip(kinds, users, strict=True)])


def _of_graph(title: str, perch: Service, kinds: Sequence[str], requests: Sequence[bytes]) -> Iterator[Row]:
    read = requests[kinds.index("home")]
    with running_bare("flask", Exchange.of("GET", HOME, perch.ask(read))) as flask:
        warm((perch,), requests)
        warm((flask,), [read])
        rates = [
            (
                rates_in_turns((perch,), requests, RATE_SECONDS, 1)[0][0],
                rates_in_turns((flask,), [read], RATE_SECONDS, 1)[0][0],
            )
            for _ in range(ROUNDS)
        ]
        of_perch, of_flask = zip(*rates, strict=True)
        yield ratio(f"mix on {title}: rate", of_perch, "bare Flask view", of_flask, "/s")
        rate = statistics.median(of_perch) / 2
        by_kind, bare = _latencies(perch, flask, kinds, requests, read, rate)
        for kind, by_round in by_kind.items():
            for share_name, share in (("p50", p50), ("p99", p99)):
                name = f"mix on {title}: {kind}, {share_name} at {rate:,.0f}/s"
                works, yardsticks = ([share(of_round) for of_round in rounds] for rounds in (by_round, bare))
                yield ratio(name, works, "bare Flask view", yardsticks, "ms")


def _latencies(
    perch: Service, flask: Service, kinds: Sequence[str], requests: Sequence[bytes], read: bytes, rate: float
) -> tuple[dict[str, list[list[float]]], list[list[float]]]:
    """Returns milliseconds by round: for Perch by kind, and for the yardstick."""
    by_kind: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    bare = []
    for _ in range(ROUNDS):
        outcomes = outcomes_at(perch, requests, rate, LATENCY_SECONDS)
        for kind, by_round in by_kind.items():
            by_round.append([outcome.seconds * 1000 for outcome in outcomes if kinds[outcome.which] == kind])
        bare.append(milliseconds_at(flask, [read], rate, LATENCY_SECONDS))
    return by_kind, bare


def _request(kind: str, user: str) -> bytes:
    if kind == "home":
        return request("GET", HOME, user)
    if kind == "publish":
        return request("POST", "/v1/tweets", user, f'{{"text": "{TEXT.format(user)}"}}'.encode())
    return request("GET", f"/v1/users/{user}/tweets", user)
