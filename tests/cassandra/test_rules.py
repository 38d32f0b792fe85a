"""Timelines in Cassandra are exact whatever happens between any two looks; without any one rule they are not."""

from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest

from infrastructure.cassandra.link import Link
from tests.cassandra.rules import RULES
from tests.cassandra.worlds import CassandraWorlds, cassandra_worlds
from tests.dynamodb.rules import Rule
from tests.dynamodb.worlds import UNBROKEN, Parts
from tests.engines.timeline_rules import READER
from tests.faults.schedules import played
from tests.integration import actions as do
from tests.integration.effort import LONG
from tests.integration.scenes import Scene, advance, do_all
from tests.integration.stores import Bounds

BOUNDS = Bounds(capacity=3)
SCHEDULES = 100 if LONG else 1


@pytest.fixture
def worlds(schema_url: str, link: Link) -> Iterator[CassandraWorlds]:
    with cassandra_worlds(schema_url, link) as made:
        yield made


def play(rule: Rule, worlds: CassandraWorlds, parts: Parts) -> int:
    """Has the rule's inner actions happen at each step of the outer one; returns the number of steps."""
    for steps in count():
        world = worlds.make(BOUNDS, parts)
        try:
            scene = Scene(world)
            do_all(rule.before, scene)
            strand = world.begin(partial(rule.outer.do, scene))
            advance(scene, strand, steps, READER)
            is_last = strand.at is None
            do_all(rule.inner, scene)
            strand.finish()
            do.poll(READER, 5).do(scene)
            assert world.home(READER) == world.oracle.home(READER)
        finally:
            world.close()
        if is_last:
            break
    return steps


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_exact_at_every_step_where_a_rule_matters(worlds: CassandraWorlds, rule: Rule) -> None:
    assert play(rule, worlds, UNBROKEN) > 0


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_wrong_at_some_step_without_the_rule_that(worlds: CassandraWorlds, rule: Rule) -> None:
    with pytest.raises(AssertionError):
        play(rule, worlds, rule.without)


@pytest.mark.timeout(7200 if LONG else 300)
def test_timelines_are_exact_in_random_schedules(worlds: CassandraWorlds) -> None:
    for seed in range(SCHEDULES):
        played(seed, worlds.make)
