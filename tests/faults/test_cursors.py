"""Many cursor steps during concurrent changes skip no tweet, repeat none, and end no page early."""

import secrets
import sys
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from tests.faults import report
from tests.faults.cursors import Crowd
from tests.integration.effort import LONG

STEPS = 1_000_000 if LONG else 50_000


@pytest.fixture(autouse=True)
def _frequent_thread_switches() -> Iterator[None]:
    """Makes threads switch in the middle of a page."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.timeout(1800)
def test_cursor_steps_skip_and_repeat_no_tweet_and_only_the_last_page_is_short() -> None:
    seed = secrets.randbelow(10**9)
    figures = Crowd(STEPS, seed).run()
    report.record("cursor steps while others publish, delete, follow, unfollow", seed=str(seed), **asdict(figures))
    assert figures.steps >= STEPS
    assert figures.acts > STEPS / 10
    assert not figures.wrong, figures
