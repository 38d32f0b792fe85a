"""Measures the costs on a cluster of this machine, over HTTP through nginx.

CPU is counted, not time, so that a machine that does other things as well changes little.
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection

from benchmarks.capacity.costs import Costs, Parts
from benchmarks.capacity.cpu import used_by
from cluster.member import find_nginx
from cluster.profiles import PROFILES
from cluster.running import Cluster
from load.client import Address, Client
from load.crew import Crew
from tests.e2e.exchange import exchange
from tests.engines.ports import ReservedPort
from tests.engines.until import until
from tests.fakes.scrapes import samples

FOLLOWERS = 1_000
FOLLOWEES = 20
READERS = 200
PAGE = 20
READS = 4_000
PUBLISHES = 1_000
TO_MANY = 100
CONNECTIONS = 8
IDLE_SECONDS = 5.0
WAIT_SECONDS = 300.0
PAUSE_SECONDS = 0.5
HUB = "hub"
TEXT = "A tweet of a usual length, which is about as long as this one is, number {}"


def measure(profile: str) -> Costs:
    """Starts the cluster of the profile, and returns the costs. Raises `RuntimeError` if nginx is not installed."""
    nginx, port = find_nginx(), ReservedPort()
    if nginx is None:
        raise RuntimeError("nginx is not installed")
    with Cluster(PROFILES[profile], {"LOG_LEVEL": "WARNING", "DATABASE_CONNECTIONS": "8"}) as cluster:
        cluster.start(nginx, port)
        return _Measurement(cluster, Address.parse(f"http://127.0.0.1:{port.number}")).costs()


class _Measurement:
    def __init__(self, cluster: Cluster, address: Address) -> None:
        self._cluster = cluster
        self._crew = Crew(address, CONNECTIONS)
        self._pushed = 0
        self._idle: Parts = {}

    def costs(self) -> Costs:
        followers = [f"follower-{number}" for number in range(FOLLOWERS)]
        readers = followers[:READERS]
        follows = [(each, HUB) for each in followers]
        follows += [(reader, f"author-{number}") for reader in readers for number in range(FOLLOWEES)]
        self._crew.work_off("follow", follows, lambda client, follow: client.follow(*follow))
        self._publish([f"author-{number % FOLLOWEES}" for number in range(400)])
        self._crew.work_off("first read", followers, Client.timeline)
        self._idle = _rates(used_by(lambda: time.sleep(IDLE_SECONDS)), IDLE_SECONDS)

        reads = [readers[number % len(readers)] for number in range(READS)]
        read = self._each(READS, lambda: self._crew.work_off("read", reads, _read_page))
        publish = self._each(PUBLISHES, lambda: self._publish([f"lonely-{number}" for number in range(PUBLISHES)]))
        hub = self._each(TO_MANY, lambda: self._publish([HUB] * TO_MANY))
        delivery = {part: max(hub[part] - publish[part], 0.0) / FOLLOWERS for part in hub}
        return Costs(read, publish, delivery)

    def _each(self, count: int, act: Callable[[], object]) -> dict[str, float]:
        """The microseconds of one of so many, without what the parts use when nobody asks for anything."""
        started_at = time.monotonic()
        total = used_by(act)
        seconds = time.monotonic() - started_at
        return {part: max(total[part] - self._idle.get(part, 0.0) * seconds, 0.0) / count for part in sorted(total)}

    def _publish(self, authors: list[str]) -> None:
        """Returns when all tweets are pushed."""
        self._crew.work_off(
            "publish", list(enumerate(authors)), lambda client, each: client.publish(each[1], TEXT.format(each[0]))
        )
        self._pushed += len(authors)
        until(self._all_pushed, WAIT_SECONDS)

    def _all_pushed(self) -> bool:
        time.sleep(PAUSE_SECONDS)
        return sum(self._pushed_by(work.port) for work in self._cluster.works) >= self._pushed

    def _pushed_by(self, port: int) -> float:
        with closing(HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)) as connection:
            return samples(exchange(connection, "GET", "/metrics")[1].decode())["perch_tweet_pushed_seconds_count"]


def _read_page(client: Client, user: str) -> None:
    client.timeline(user, limit=PAGE)


def _rates(total: Counter[str], seconds: float) -> dict[str, float]:
    return {part: spent / seconds for part, spent in total.items()}
