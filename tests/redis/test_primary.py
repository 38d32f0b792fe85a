"""Who begins an epoch, and when."""

from collections.abc import Iterator

import pytest

from cluster.engines.redis_server import RedisServer
from domain.errors import Unavailable
from domain.timeline import EMPTY_VIEW, TimelineView
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.redis.primary import LOST_SECONDS, RENEW_SECONDS
from tests.fakes.clock import ManualClock
from tests.redis.made import Made
from tests.redis.servers import Servers
from tests.redis.world import EpochRow

pytestmark = pytest.mark.engines


def view(made: Made) -> TimelineView:
    return made.timelines.view("alice", 0, 100, 10)


@pytest.fixture
def two(servers: Servers) -> Iterator[tuple[Made, Made, ManualClock, EpochRow]]:
    """Two processes that are led to different servers for ever."""
    servers.mend()
    clock, row = ManualClock(), EpochRow()
    one = Made(servers.primary.url, epochs=row, monotonic=clock.monotonic)
    servers.fail_over()
    other = Made(servers.primary.url, epochs=row, monotonic=clock.monotonic)
    yield one, other, clock, row
    one.connections.drop()
    other.connections.drop()


def test_the_first_process_begins_the_first_epoch(redis_database: RedisServer) -> None:
    row = EpochRow()
    Made(redis_database.url, epochs=row)
    first = row.row
    Made(redis_database.url, epochs=row)
    assert row.row == first
    assert first[0] == 1
    assert [len(part) for part in first[1].split(":")] == [40, 40]


def test_after_a_restart_reads_use_the_logs_once_and_a_push_is_refused_once(servers: Servers) -> None:
    servers.mend()
    made = Made(servers.url, renew_seconds=0.0)
    made.build(1)
    servers.restart(empty=True)
    assert view(made) == LOGS_ALONE
    assert view(made) == EMPTY_VIEW
    servers.restart(empty=True)
    with pytest.raises(Unavailable, match="another server"):
        made.timelines.push(2, ["alice"])
    assert made.timelines.push(2, ["alice"]) == 0
    assert made.epochs.current()[0] == 3
    assert not made.circuit.openings
    made.connections.drop()


def test_a_replica_begins_no_epoch(servers: Servers) -> None:
    servers.mend()
    made = Made(servers.url, renew_seconds=0.0)
    before = made.epochs.current()
    servers.demote()
    assert view(made) == LOGS_ALONE
    assert made.epochs.current() == before


def test_two_servers_do_not_take_the_epoch_from_each_other(
    two: tuple[Made, Made, ManualClock, EpochRow],
) -> None:
    one, other, clock, row = two
    assert row.row[0] == 2
    for _ in range(10):
        assert view(one) == LOGS_ALONE
        assert view(other) == EMPTY_VIEW
        clock.advance(round(RENEW_SECONDS * 1000))
    assert row.row[0] == 2


def test_a_server_that_lost_the_epoch_gets_it_back_after_a_while(
    two: tuple[Made, Made, ManualClock, EpochRow],
) -> None:
    one, other, clock, row = two
    view(one)
    clock.advance(round(LOST_SECONDS * 1000))
    view(one)
    assert row.row[0] == 3
    assert view(one) == EMPTY_VIEW
    assert view(other) == LOGS_ALONE
    assert row.row[0] == 3


class CountedEpochs:
    """Counts the looks at the row."""

    def __init__(self, row: EpochRow) -> None:
        self.row = row
        self.looks = 0
        self.claim = row.claim

    def current(self) -> tuple[int, str]:
        self.looks += 1
        return self.row.current()


def test_an_attempt_that_fails_is_not_repeated_at_once(servers: Servers) -> None:
    servers.mend()
    clock, epochs = ManualClock(), CountedEpochs(EpochRow())
    made = Made(servers.url, epochs=epochs, monotonic=clock.monotonic)
    servers.demote()
    before = epochs.looks
    for _ in range(10):
        assert view(made) == LOGS_ALONE
    assert epochs.looks - before == 10 + 1
    clock.advance(round(RENEW_SECONDS * 1000))
    view(made)
    assert epochs.looks - before == 11 + 2
    made.connections.drop()


def test_a_first_replica_costs_an_epoch_and_nothing_else(servers: Servers) -> None:
    """Redis gives a primary a new `master_replid` then, as after a promotion."""
    servers.mend()
    servers.restart(empty=True)
    made = Made(servers.url, renew_seconds=0.0)
    made.build(1)
    servers.replicate()
    assert view(made) == LOGS_ALONE
    assert view(made) == EMPTY_VIEW
    made.build(1)
    assert list(view(made).ids) == [1]
    made.connections.drop()
