"""Two or three who act at once, stopped before every look in every combination: the timeline is always exact."""

from collections.abc import Sequence
from itertools import product

import pytest

from tests.integration import interleavings as of
from tests.integration.interleavings import CASTS, play_all
from tests.integration.scenes import Deed

STOPPED: tuple[Deed, ...] = (
    of.READ,
    of.READ_AFRESH,
    of.GO_ON,
    of.POLL,
    of.PREPARE,
    of.DELIVER,
    of.DELIVER_AFTER_FAILING,
)
MEANWHILE: tuple[Deed, ...] = (
    *STOPPED, of.PUBLISH, of.PUBLISH_AND_DELIVER, of.MISS, of.MISS_AND_REFOLLOW,
    of.FOLLOW_OTHER, of.UNFOLLOW, of.REFOLLOW, of.DISCARD, of.DELETE,
)  # fmt: skip
STOPPED_AS_WELL: tuple[Deed, ...] = (of.READ, of.PREPARE, of.DELIVER)


@pytest.mark.parametrize("cast", CASTS.values(), ids=CASTS)
def test_a_timeline_is_exact_after_every_look_of_every_interleaving(cast: Sequence[Deed]) -> None:
    assert play_all(cast) > 50


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", STOPPED, ids=str)
def test_a_timeline_is_exact_whichever_three_act_at_once(first: Deed) -> None:
    for others in product(MEANWHILE, STOPPED_AS_WELL):
        play_all((first, *others))
