"""The timeline is exact in every interleaving of two or three concurrent actions."""

from collections.abc import Sequence
from itertools import product

import pytest

from tests.integration import interleavings as of
from tests.integration.interleavings import SCENARIOS, play_all
from tests.integration.scenes import Action

FIRST: tuple[Action, ...] = (
    of.READ,
    of.READ_AFTER_DISCARD,
    of.READ_NEXT,
    of.POLL,
    of.PREPARE,
    of.DELIVER,
    of.DELIVER_AFTER_FAILURE,
)
MIDDLE: tuple[Action, ...] = (
    *FIRST, of.PUBLISH, of.PUBLISH_AND_DELIVER, of.PUBLISH_UNSEEN, of.PUBLISH_WHILE_UNFOLLOWED,
    of.FOLLOW_OTHER, of.UNFOLLOW, of.REFOLLOW, of.DISCARD, of.DELETE,
)  # fmt: skip
LAST: tuple[Action, ...] = (of.READ, of.PREPARE, of.DELIVER)


@pytest.mark.parametrize("actions", SCENARIOS.values(), ids=SCENARIOS)
def test_a_timeline_is_exact_after_every_store_call_of_every_interleaving(actions: Sequence[Action]) -> None:
    assert play_all(actions) > 50


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", FIRST, ids=str)
def test_a_timeline_is_exact_for_any_three_concurrent_actions(first: Action) -> None:
    for others in product(MIDDLE, LAST):
        play_all((first, *others))
