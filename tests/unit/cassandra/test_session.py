"""What the driver says, and which data centre it asks."""

import time

import pytest
from cassandra import OperationTimedOut, Unauthorized
from cassandra.cluster import NoHostAvailable

from domain.errors import Unavailable
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.session import answered, check_data_center, connect
from infrastructure.outside.circuit import NoAnswer, NoTime, Refused
from infrastructure.time_left import REQUEST_SECONDS, begin_request, end_request


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        pytest.param({"a": OSError("refused")}, Unavailable, id="no connection"),
        pytest.param({"a": Unauthorized("no right")}, Refused, id="no right"),
        # So says the driver where it knows the cluster and no node accepts a session.
        pytest.param(["127.0.0.1"], Unavailable, id="no session"),
    ],
)
def test_no_node_can_be_asked(errors: object, kind: type[Unavailable]) -> None:
    def fail() -> None:
        raise NoHostAvailable("Unable to connect to any servers", errors)

    with pytest.raises(Unavailable, match="No node of Cassandra can be asked") as error:
        answered(fail)
    assert type(error.value) is kind


def test_a_node_whose_name_leads_nowhere_cannot_be_asked() -> None:
    with pytest.raises(Unavailable, match="Cassandra cannot be asked"):
        connect(Address((("node.invalid", 9042),), "perch"))


def time_out() -> None:
    raise OperationTimedOut


def test_only_a_wait_that_was_long_enough_says_that_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        answered(time_out)
    begin_request(time.monotonic() - REQUEST_SECONDS)
    try:
        with pytest.raises(NoTime):
            answered(time_out)
    finally:
        end_request()


def test_one_of_several_data_centers_must_be_named() -> None:
    for name in ("", "north"):
        with pytest.raises(Refused, match="data_center must be one of east, west, the same one for all processes"):
            check_data_center({"west", "east"}, name)
    check_data_center({"west", "east"}, "west")


def test_the_only_data_center_needs_no_name() -> None:
    check_data_center({"east"}, "")
    with pytest.raises(Refused, match="must be one of east,"):
        check_data_center({"east"}, "west")


def test_before_the_cluster_has_told_of_nodes_any_name_may_be_right() -> None:
    check_data_center({None}, "west")
    check_data_center((), "")
