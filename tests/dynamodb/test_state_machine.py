"""The state machine on PostgreSQL with timelines in DynamoDB: every timeline equals the oracle at every look."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from cluster.engines.own_dynalite import OwnDynalite
from tests.dynamodb.worlds import dynamo_worlds
from tests.integration.effort import LONG
from tests.integration.stores import Bounds
from tests.integration.test_state_machine import TimelinesMachine
from tests.integration.test_state_machine_on_postgres import EFFORT
from tests.integration.world import World


@pytest.mark.timeout(7200 if LONG else 300)
def test_every_timeline_is_exact(schema_url: str, dynamodb: OwnDynalite) -> None:
    with dynamo_worlds(schema_url, dynamodb) as worlds:

        class OnDynamo(TimelinesMachine):
            def new_world(self, bounds: Bounds) -> World:
                return worlds.make(bounds)

        run_state_machine_as_test(OnDynamo, settings=EFFORT)
