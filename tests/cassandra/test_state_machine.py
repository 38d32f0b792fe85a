"""The state machine on PostgreSQL with timelines in Cassandra: every timeline equals the oracle at every look."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from infrastructure.cassandra.link import Link
from tests.cassandra.worlds import cassandra_worlds
from tests.integration.effort import LONG
from tests.integration.stores import Bounds
from tests.integration.test_state_machine import TimelinesMachine
from tests.integration.test_state_machine_on_postgres import EFFORT
from tests.integration.world import World


@pytest.mark.timeout(7200 if LONG else 300)
def test_every_timeline_is_exact(schema_url: str, link: Link) -> None:
    with cassandra_worlds(schema_url, link) as worlds:

        class OnCassandra(TimelinesMachine):
            def new_world(self, bounds: Bounds) -> World:
                return worlds.make(bounds)

        run_state_machine_as_test(OnCassandra, settings=EFFORT)
