"""The link to a cluster is made anew when its session is of no more use."""

import pytest

from domain.errors import Unavailable
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.link import ANEW_SECONDS, Link
from tests.fakes.cassandra import PATIENCE
from tests.fakes.clock import ManualClock


def test_a_session_without_answers_is_replaced_after_a_while(cassandra: Address) -> None:
    clock = ManualClock()
    link = Link(cassandra, PATIENCE, clock.monotonic)
    link.open()
    for _ in range(2):
        old = link.ready()
        old.session.close()
        with pytest.raises(Unavailable):
            old.ask()
        link.probe()
        assert link.ready() is not old
        link.probe()
        link.ready().session.close()
        with pytest.raises(Unavailable):
            link.probe()
        clock.advance(round(ANEW_SECONDS * 1000))
    link.probe()
    link.close()
