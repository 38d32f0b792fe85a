"""The fan-out of a tweet to 1,000,000 followers with present timelines, and reads during fan-outs."""

import math
import statistics
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.figure import Row, at_most, plain, ratio
from benchmarks.load import milliseconds_at, p99, rates_in_turns, warm
from benchmarks.open_loop import percentile
from benchmarks.pushes import Pushes
from benchmarks.service import Service, request, running_world
from benchmarks.turns import in_turns
from benchmarks.worlds import HUB, READERS

FOLLOWERS = 1_000_000
ROUNDS = 5
RATE_SECONDS = 1.0
LATENCY_SECONDS = 2.0
SHARES = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
PUBLISH = request("POST", "/v1/tweets", HUB, b'{"text": "A tweet of a usual length, to everybody who follows"}')
READS = [request("GET", "/v1/users/me/timeline", reader) for reader in READERS]


def measure() -> Iterator[Row]:
    """Yields the duration of a fan-out and its effect on the latency of reads."""
    with running_world("million followers", PULL_FOLLOWERS_THRESHOLD=str(2 * FOLLOWERS)) as perch:
        pushes = Pushes([perch.port])
        seconds, appends = [], []
        lists: list[list[int]] = [[] for _ in range(FOLLOWERS)]

        def append() -> None:
            for held in lists:
                held.append(0)

        for _ in range(ROUNDS):
            seconds.append(_seconds_of_a_fan_out(perch, pushes))
            appends.append(in_turns([append], rounds=1)[0][0] / 1e6)
        name = "fan-out to 1,000,000 followers, until the last push"
        yield ratio(name, seconds, "appends to 1,000,000 lists", appends, "s")
        yield plain(name, seconds, "s", at_most(2), "appends to 1,000,000 lists")
        yield from _reads(perch, pushes, tweets=1 + math.ceil(LATENCY_SECONDS / min(seconds)))


def _reads(perch: Service, pushes: Pushes, tweets: int) -> Iterator[Row]:
    """Measures reads while tweets are pushed and while the service is idle, in turns."""
    warm((perch,), READS)
    rate = statistics.median(rates_in_turns((perch,), READS, RATE_SECONDS, ROUNDS)[0]) / 2
    idle: list[list[float]] = []
    during: list[list[float]] = []
    while len(during) < ROUNDS:
        without = milliseconds_at(perch, READS, rate, LATENCY_SECONDS)
        before = pushes.now()
        for _ in range(tweets):
            perch.ask(PUBLISH)
        beside = milliseconds_at(perch, READS, rate, LATENCY_SECONDS)
        lasted = (pushes.wait_for(before.tweets + tweets).seconds - before.seconds) / tweets
        if lasted >= LATENCY_SECONDS:
            idle.append(without)
            during.append(beside)
        else:  # the fan-outs ended before the reads, so this round does not count
            tweets += 1
    figure = ratio(
        f"home timeline during fan-outs: p99 at {rate:,.0f}/s",
        [p99(of_round) for of_round in during],
        "the idle service",
        [p99(of_round) for of_round in idle],
        "ms",
        at_most(2),
    )
    yield replace(figure, points={"idle": _percentiles(idle), "during the fan-outs": _percentiles(during)})


def _percentiles(by_round: list[list[float]]) -> list[float]:
    """Returns the percentiles for `SHARES` in milliseconds, each as the median of the rounds."""
    return [statistics.median(percentile(of_round, share) for of_round in by_round) for share in SHARES]


def _seconds_of_a_fan_out(perch: Service, pushes: Pushes) -> float:
    """Returns the seconds from publication to the last push, according to the service's own metrics."""
    before = pushes.now()
    perch.ask(PUBLISH)
    return pushes.wait_for(before.tweets + 1).seconds - before.seconds
