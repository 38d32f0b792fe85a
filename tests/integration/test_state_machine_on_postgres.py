"""The state machine on PostgreSQL: every timeline equals the oracle at every step, and between any two statements."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.effort import LONG
from tests.integration.on_postgres import worlds_in
from tests.integration.stores import Bounds
from tests.integration.test_state_machine import TimelinesMachine
from tests.integration.world import World

EFFORT = settings(
    TimelinesMachine.TestCase.settings,
    max_examples=300 if LONG else 5,
    stateful_step_count=50 if LONG else 15,
    # To find a shorter failure would take longer than the test may.
    phases=[Phase.reuse, Phase.generate],
)


@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("prepares", [True, False], ids=["timelines", "no timelines"])
def test_every_timeline_is_exact(schema_url: str, *, prepares: bool) -> None:
    with worlds_in(schema_url, prepares=prepares) as make_world:

        class OnPostgres(TimelinesMachine):
            def new_world(self, bounds: Bounds) -> World:
                return make_world(bounds)

        run_state_machine_as_test(OnPostgres, settings=EFFORT)
