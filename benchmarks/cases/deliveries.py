"""Deliveries from the queue into present timelines, on one core, against appends to as many lists."""

from collections.abc import Iterator
from functools import partial

from benchmarks.figure import Bound, Figure, Row, at_least, plain, ratio
from benchmarks.parts import Parts, build_parts, settings_of
from benchmarks.turns import in_turns
from benchmarks.worlds import HUB, TEXT, fill_hub, store_tweets
from usecases.publish_tweet import PublishTweetRequest

CAPACITY = 800
TWEETS = 5 * 51
"""The tweets of a round. A full timeline is cut once in 51 tweets, and a list of the same length grows once in about
110 appends, so a round contains several of both."""

PER_SECOND = 1_000_000
OF_APPENDS = 0.3


def measure() -> Iterator[Row]:
    """Yields the figures for full timelines, and for as many timelines as the largest fan-out has."""
    yield from full_timelines(50_000, rounds=5)
    yield from _deliveries("1,000,000 timelines, 20 entries", _hub(1_000_000, 20), entries=20, tweets=2, rounds=3)


def full_timelines(followers: int, rounds: int) -> Iterator[Figure]:
    """Yields the figures for timelines at their capacity; each round cuts all of them."""
    name = f"{followers:,} full timelines"
    parts = _hub(followers, CAPACITY)
    yield from _deliveries(name, parts, CAPACITY, TWEETS, rounds, at_least(OF_APPENDS), at_least(PER_SECOND))


def _deliveries(
    name: str,
    parts: Parts,
    entries: int,
    tweets: int,
    rounds: int,
    of_appends: Bound | None = None,
    per_second: Bound | None = None,
) -> Iterator[Figure]:
    followers = parts.adapters.graph.followers_count(HUB)
    lists = [[0] * entries for _ in range(followers)]
    roomy_lists = [_list_with_room(tweets * (rounds + 1)) for _ in range(followers)]
    publish, step = parts.perch.use_cases.publish, parts.perch.work.fan_out.step

    def deliver() -> None:
        for number in range(tweets):
            publish.execute(PublishTweetRequest(HUB, TEXT.format(number)))
            while step():
                pass

    def append(lists: list[list[int]]) -> None:
        for number in range(tweets):
            for held in lists:
                held.append(number)

    before = _delivered(parts)
    by_work = in_turns([deliver, partial(append, lists), partial(append, roomy_lists)], rounds=rounds)
    if _delivered(parts) - before != (rounds + 1) * tweets * followers:
        raise RuntimeError("not every tweet was delivered to every timeline")
    deliveries, appends, without_growth = ([tweets * followers / us for us in times] for times in by_work)
    what = f"deliveries, {name}"
    yield ratio(what, deliveries, "appends to lists", appends, "million/s", of_appends)
    yield ratio(what, deliveries, "appends to preallocated lists", without_growth, "million/s")
    yield plain(what, [rate * 1_000_000 for rate in deliveries], "/s", per_second, "appends to lists")


def _delivered(parts: Parts) -> float:
    """Returns the number of deliveries according to Perch's own metrics."""
    return parts.perch.metrics.get_sample_value("perch_deliveries_total") or 0.0


def _list_with_room(count: int) -> list[int]:
    """Returns a list that takes `count` more entries without growing.

    A list gives memory back only if it needs less than half of it.
    """
    roomy = [0] * (2 * count)
    del roomy[count:]
    return roomy


def _hub(followers: int, entries: int) -> Parts:
    parts = build_parts(settings_of(TIMELINE_CAPACITY=str(CAPACITY), PULL_FOLLOWERS_THRESHOLD=str(followers + 1)))
    store_tweets(parts, [HUB], entries)
    fill_hub(parts, followers, readers=())
    return parts
