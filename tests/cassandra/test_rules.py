"""Timelines in Cassandra are exact whatever happens between any two looks; without any one rule they are not."""

from collections.abc import Iterator

import pytest

from infrastructure.cassandra.link import Link
from tests.cassandra.rules import RULES
from tests.cassandra.worlds import CassandraWorlds, cassandra_worlds
from tests.dynamodb.worlds import Parts
from tests.engines.timeline_rules import BOUNDS, Rule
from tests.faults.schedules import played
from tests.integration.effort import LONG

SCHEDULES = 100 if LONG else 1


@pytest.fixture
def worlds(schema_url: str, link: Link) -> Iterator[CassandraWorlds]:
    with cassandra_worlds(schema_url, link) as made:
        yield made


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_exact_at_every_step_where_a_rule_matters(worlds: CassandraWorlds, rule: Rule[Parts]) -> None:
    assert rule.play(lambda: worlds.make(BOUNDS)) > 0


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_wrong_at_some_step_without_the_rule_that(worlds: CassandraWorlds, rule: Rule[Parts]) -> None:
    with pytest.raises(AssertionError):
        rule.play(lambda: worlds.make(BOUNDS, rule.without))


@pytest.mark.timeout(7200 if LONG else 300)
def test_timelines_are_exact_in_random_schedules(worlds: CassandraWorlds) -> None:
    for seed in range(SCHEDULES):
        played(seed, worlds.make)
