"""Timelines in DynamoDB are exact whatever happens between any two looks; without any one rule they are not."""

from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest

from tests.dynamodb.rules import RULES, Rule
from tests.dynamodb.worlds import UNBROKEN, DynamoWorlds, Parts, dynamo_worlds
from tests.engines.own_dynalite import OwnDynalite
from tests.engines.timeline_rules import READER
from tests.integration import actions as do
from tests.integration.scenes import Scene, advance, do_all
from tests.integration.stores import Bounds

BOUNDS = Bounds(capacity=3)


@pytest.fixture
def worlds(schema_url: str, dynamodb: OwnDynalite) -> Iterator[DynamoWorlds]:
    with dynamo_worlds(schema_url, dynamodb) as made:
        yield made


def play(rule: Rule, worlds: DynamoWorlds, parts: Parts) -> int:
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
def test_a_timeline_is_exact_at_every_step_where_a_rule_matters(worlds: DynamoWorlds, rule: Rule) -> None:
    assert play(rule, worlds, UNBROKEN) > 0


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_wrong_at_some_step_without_the_rule_that(worlds: DynamoWorlds, rule: Rule) -> None:
    with pytest.raises(AssertionError):
        play(rule, worlds, rule.without)
