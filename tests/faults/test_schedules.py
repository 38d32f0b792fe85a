"""No reader misses or repeats a tweet when deliveries are stopped, repeated, reordered and delayed."""

import secrets

import pytest

from tests.faults import report
from tests.faults.exactness import Differences
from tests.faults.schedules import played
from tests.integration.effort import LONG

SCHEDULES = 1000 if LONG else 100


@pytest.mark.timeout(1200)
def test_random_schedules_lose_repeat_and_resurrect_no_tweet() -> None:
    """The short form always plays the same schedules; the long form plays new ones each time."""
    first = secrets.randbelow(10**9) if LONG else 0
    print(f"seeds {first} to {first + SCHEDULES - 1}; to repeat one: python -m tests.faults.schedules --seed N")
    total, stops = Differences(), 0
    for seed in range(first, first + SCHEDULES):
        schedule = played(seed)
        total.add(schedule.differences)
        stops += schedule.stops
    report.record(
        "deliveries stopped, repeated, reordered, delayed at any store call",
        first_seed=str(first),
        schedules=SCHEDULES,
        stops=stops,
        reads_compared=total.reads,
        missing=total.missing,
        doubled=total.doubled,
        ghosts=total.ghosts,
    )


def test_the_seed_determines_the_schedule() -> None:
    one, again, other = played(7), played(7), played(8)
    assert one.steps == again.steps != other.steps
