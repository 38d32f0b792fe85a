"""What a number of users needs: arithmetic on measured costs and stated assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.cluster.costs import Costs, Parts

DAY_SECONDS = 86_400
MICROSECONDS = 1_000_000
USERS = (1_000_000, 10_000_000, 100_000_000)

AT_MOST = {"postgres": 64, "redis": 1, "kafka": 12 * 16, "cassandra": 100 * 16}
"""CPUs that an engine can use: a large machine for PostgreSQL; Redis runs commands on one thread; Kafka has one broker
for each of the 12 partitions that `migrate` makes, and Cassandra 100 nodes, of 16 CPUs each, which is assumed.

All other parts are as many processes as are wanted.
"""

COPIES = {"kafka": 3, "cassandra": 3}
"""How many nodes do what one does that is measured; a read asks two of three, so it is less than this for reads."""

STAND_INS = frozenset({"dynalite", "moto", "elasticmq"})
"""Emulators, whose CPU says nothing of the services of AWS for which they stand."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How users behave, and how full machines may be."""

    active: float = 0.4
    """Share of the users who come on a day."""
    reads: float = 50.0
    """Pages and polls of an active user a day."""
    tweets: float = 1.0
    """Tweets of an active user a day."""
    follows: float = 100.0
    """Follows of a user, and so on average followers."""
    present: float = 0.6
    """Share of the followers whose timeline is there, because they read within `TIMELINE_IDLE_SECONDS` (a week)."""
    peak: float = 3.0
    """The busiest minute against the mean of the day."""
    busy: float = 0.6
    """Share of a CPU that is used at the peak."""


@dataclass(frozen=True, slots=True)
class Need:
    """What so many users need at the peak."""

    users: int
    reads: float
    publishes: float
    deliveries: float
    """All three a second."""
    cpus: Mapping[str, float]
    """By part, with room to spare."""

    @property
    def bottleneck(self) -> str:
        """The engine that comes closest to what it can have, or is beyond it most."""
        return max(self._shares(), key=self._shares().__getitem__)

    @property
    def users_at_most(self) -> float:
        """How many users the bottleneck allows."""
        return self.users / self._shares()[self.bottleneck]

    def _shares(self) -> dict[str, float]:
        return {part: self.cpus[part] / most for part, most in AT_MOST.items() if part in self.cpus}


def in_production(parts: Parts) -> dict[str, float]:
    """What an act costs where there are copies, and AWS itself."""
    return {part: cost * COPIES.get(part, 1) for part, cost in parts.items() if part not in STAND_INS}


def need(users: int, costs: Costs, assumed: Assumptions) -> Need:
    """What the users need with a profile of these costs."""
    active_per_second = users * assumed.active * assumed.peak / DAY_SECONDS
    reads, publishes = active_per_second * assumed.reads, active_per_second * assumed.tweets
    deliveries = publishes * assumed.follows * assumed.present
    acts = (costs.read, costs.publish, costs.delivery)
    rates = list(zip((reads, publishes, deliveries), map(in_production, acts), strict=True))
    parts = sorted({part for _, each in rates for part in each})
    cpus = {
        part: sum(rate * each.get(part, 0.0) for rate, each in rates) / MICROSECONDS / assumed.busy for part in parts
    }
    return Need(users, reads, publishes, deliveries, cpus)
