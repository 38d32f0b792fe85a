"""Timelines in DynamoDB are exact whatever happens between any two looks; without any one rule they are not."""

from collections.abc import Iterator

import pytest

from cluster.engines.own_dynalite import OwnDynalite
from tests.dynamodb.rules import RULES
from tests.dynamodb.worlds import DynamoWorlds, Parts, dynamo_worlds
from tests.engines.timeline_rules import BOUNDS, Rule


@pytest.fixture
def worlds(schema_url: str, dynamodb: OwnDynalite) -> Iterator[DynamoWorlds]:
    with dynamo_worlds(schema_url, dynamodb) as made:
        yield made


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_exact_at_every_step_where_a_rule_matters(worlds: DynamoWorlds, rule: Rule[Parts]) -> None:
    assert rule.play(lambda: worlds.make(BOUNDS)) > 0


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_wrong_at_some_step_without_the_rule_that(worlds: DynamoWorlds, rule: Rule[Parts]) -> None:
    with pytest.raises(AssertionError):
        rule.play(lambda: worlds.make(BOUNDS, rule.without))
