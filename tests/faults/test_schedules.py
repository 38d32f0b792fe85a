"""Deliveries that are stopped, repeated, reordered and delayed at any look: no reader misses or doubles a tweet."""

import secrets

import pytest

from tests.faults import report
from tests.faults.exactness import Differences
from tests.faults.schedules import played
from tests.integration.effort import LONG

SCHEDULES = 1000 if LONG else 100


@pytest.mark.timeout(1200)
def test_random_schedules_lose_double_and_bring_back_nothing() -> None:
    """The short form plays the same ones each time; the long one plays others each time."""
    first = secrets.randbelow(10**9) if LONG else 0
    print(f"seeds {first} to {first + SCHEDULES - 1}; to repeat one: python -m tests.faults.schedules --seed N")
    total, stops = Differences(), 0
    for seed in range(first, first + SCHEDULES):
        schedule = played(seed)
        total.add(schedule.differences)
        stops += schedule.stops
    report.tell(
        "deliveries stopped, repeated, reordered, delayed at any look",
        first_seed=str(first),
        schedules=SCHEDULES,
        stops=stops,
        reads_compared=total.reads,
        missing=total.missing,
        doubled=total.doubled,
        ghosts=total.ghosts,
    )


def test_a_schedule_follows_from_its_seed() -> None:
    one, again, other = played(7), played(7), played(8)
    assert one.steps == again.steps != other.steps
