"""Whatever happens to the servers of Redis, every timeline is exact; and with any rule switched off, some is not."""

import secrets

import pytest

from tests.integration.effort import LONG
from tests.redis.broken import BREAKS
from tests.redis.scenarios import SCENARIOS, play
from tests.redis.schedules import played
from tests.redis.servers import Servers

pytestmark = pytest.mark.engines

SCHEDULES = 1000 if LONG else 10

FOUND_IN = {
    "epoch-in-keys": "a read while the server restarts from a snapshot",
    "epoch-after-outbox": "a read while a replica takes over",
    "epoch-after-commit": "a push while a replica takes over",
    "claim-raises": "a push while the server restarts from a snapshot",
    "scripts-compare": "a push while the primary changes there and back",
    "token": "a rebuild while another one begins",
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_timeline_is_exact(servers: Servers, name: str) -> None:
    every = 3 if "restarts" in name and not LONG else 1
    assert play(name, servers, every=every) > 3


@pytest.mark.timeout(3600 if LONG else 300)
def test_every_timeline_is_exact_in_random_schedules(servers: Servers) -> None:
    """The short form always plays the same schedules; the long form plays new ones each time."""
    first = secrets.randbelow(10**9) if LONG else 0
    for seed in range(first, first + SCHEDULES):
        played(seed, servers)


@pytest.mark.parametrize("rule", BREAKS)
def test_every_broken_rule_is_found(servers: Servers, rule: str) -> None:
    with pytest.raises(AssertionError, match=r"fits no moment|not exact"):
        play(FOUND_IN[rule], servers, BREAKS[rule])
