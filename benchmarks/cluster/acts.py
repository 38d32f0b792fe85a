"""Measures the costs of acts at a site, over HTTP.

CPU is counted, not time, so that a machine that does other things as well changes little.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.cluster.costs import Costs, Parts
from benchmarks.cluster.cpu import used_by
from benchmarks.cluster.sites import Site
from load.client import Client
from load.crew import Crew


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each act is done, and on how much; costs of more acts differ less."""

    followers: int = 1_000
    readers: int = 200
    reads: int = 4_000
    publishes: int = 1_000
    to_many: int = 100
    """Tweets that go to all followers."""
    idle_seconds: float = 5.0
    rounds: int = 1


FOLLOWEES = 20
PAGE = 20
CONNECTIONS = 8
PAUSE_SECONDS = 0.5
"""Between looks, whose CPU counts too."""

HUB = "hub"
TEXT = "A tweet of a usual length, which is about as long as this one is, number {}"


def costs_at(site: Site, counts: Counts) -> list[Costs]:
    """The costs of each round, on processes that this process has started."""
    return _Measurement(site, counts).costs()


class _Measurement:
    def __init__(self, site: Site, counts: Counts) -> None:
        self._crew = Crew(site.entry.address, CONNECTIONS)
        self._pushes = site.pushes
        self._counts = counts
        self._idle: Parts = {}

    def costs(self) -> list[Costs]:
        followers = [f"follower-{number}" for number in range(self._counts.followers)]
        readers = followers[: self._counts.readers]
        follows = [(each, HUB) for each in followers]
        follows += [(reader, f"author-{number}") for reader in readers for number in range(FOLLOWEES)]
        self._crew.work_off("follow", follows, lambda client, follow: client.follow(*follow))
        self._publish([f"author-{number % FOLLOWEES}" for number in range(400)])
        self._crew.work_off("first read", followers, Client.timeline)
        seconds = self._counts.idle_seconds
        self._idle = _rates(used_by(lambda: time.sleep(seconds)), seconds)
        return [self._round(readers) for _ in range(self._counts.rounds)]

    def _round(self, readers: Sequence[str]) -> Costs:
        counts = self._counts
        reads = [readers[number % len(readers)] for number in range(counts.reads)]
        lonely = [f"lonely-{number}" for number in range(counts.publishes)]
        read = self._each(counts.reads, lambda: self._crew.work_off("read", reads, _read_page))
        publish = self._each(counts.publishes, lambda: self._publish(lonely))
        hub = self._each(counts.to_many, lambda: self._publish([HUB] * counts.to_many))
        delivery = {part: max(hub[part] - publish[part], 0.0) / counts.followers for part in hub}
        return Costs(read, publish, delivery)

    def _each(self, count: int, act: Callable[[], object]) -> dict[str, float]:
        """The microseconds of one of so many, without what the parts use when nobody asks for anything."""
        started_at = time.monotonic()
        total = used_by(act)
        seconds = time.monotonic() - started_at
        return {part: max(total[part] - self._idle.get(part, 0.0) * seconds, 0.0) / count for part in sorted(total)}

    def _publish(self, authors: Sequence[str]) -> None:
        """Returns when all tweets are pushed."""
        before = self._pushes.now().tweets
        self._crew.work_off(
            "publish", list(enumerate(authors)), lambda client, each: client.publish(each[1], TEXT.format(each[0]))
        )
        self._pushes.wait_for(before + len(authors), PAUSE_SECONDS)


def _read_page(client: Client, user: str) -> None:
    client.timeline(user, limit=PAGE)


def _rates(total: Counter[str], seconds: float) -> dict[str, float]:
    return {part: spent / seconds for part, spent in total.items()}
