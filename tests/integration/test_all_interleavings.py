"""Two or three who act at once, stopped before every look in every combination: the timeline is always exact."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product

import pytest

from tests.fakes.strand import Strand
from tests.integration.deeds import (
    Deed,
    Delete,
    Deliver,
    Discard,
    Follow,
    GoOn,
    Miss,
    MissAndRefollow,
    Poll,
    Prepare,
    Publish,
    PublishAndDeliver,
    Read,
    Refollow,
    Scene,
    Unfollow,
)
from tests.integration.world import World

READER = "ada"
AUTHOR = "ben"
OTHER = "cleo"
ALL = 1000
"""More looks than any work has left."""

READ = Read(READER, 3, include_self=True, afresh=False)
READ_AFRESH = Read(READER, 2, include_self=False, afresh=True)
GO_ON = GoOn(0, 2)
POLL = Poll(READER, 2)
PREPARE = Prepare(READER)
DELIVER = Deliver(ALL, None)
DELIVER_AFTER_FAILING = Deliver(ALL, 1)
PUBLISH = Publish(AUTHOR)
PUBLISH_AND_DELIVER = PublishAndDeliver(AUTHOR)
MISS = Miss(READER, AUTHOR)
MISS_AND_REFOLLOW = MissAndRefollow(READER, AUTHOR)
FOLLOW_OTHER = Follow(READER, OTHER)
UNFOLLOW = Unfollow(READER, AUTHOR)
REFOLLOW = Refollow(READER, AUTHOR)
DISCARD = Discard(READER)
DELETE = Delete(1)

CASTS: dict[str, tuple[Deed, ...]] = {
    "a read and a fan-out": (READ, DELIVER),
    "a read afresh and a fan-out that fails first": (READ_AFRESH, DELIVER_AFTER_FAILING),
    "a poll and a publisher": (POLL, PUBLISH_AND_DELIVER),
    "two rebuilds and a tweet that a thrown away timeline missed": (PREPARE, MISS, PREPARE),
    "a merge, a follow and a read": (PREPARE, FOLLOW_OTHER, READ),
    "a read, a tweet missed between unfollow and refollow, and a merge": (READ, MISS_AND_REFOLLOW, PREPARE),
    "a fan-out, a refollow and a read": (DELIVER, REFOLLOW, READ),
    "an older cursor, pushes that raise the floor, and a deletion": (GO_ON, PUBLISH_AND_DELIVER, DELETE),
    "a fan-out, a timeline thrown away and a read": (DELIVER, DISCARD, READ),
}

STOPPED: tuple[Deed, ...] = (READ, READ_AFRESH, GO_ON, POLL, PREPARE, DELIVER, DELIVER_AFTER_FAILING)
MEANWHILE: tuple[Deed, ...] = (
    *STOPPED, PUBLISH, PUBLISH_AND_DELIVER, MISS, MISS_AND_REFOLLOW, FOLLOW_OTHER, UNFOLLOW, REFOLLOW, DISCARD, DELETE,
)  # fmt: skip
STOPPED_AS_WELL: tuple[Deed, ...] = (READ, PREPARE, DELIVER)


@pytest.mark.parametrize("cast", CASTS.values(), ids=CASTS)
def test_a_timeline_is_exact_after_every_look_of_every_interleaving(cast: Sequence[Deed]) -> None:
    assert play_all(cast) > 50


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", STOPPED, ids=str)
def test_a_timeline_is_exact_whichever_three_act_at_once(first: Deed) -> None:
    for others in product(MEANWHILE, STOPPED_AS_WELL):
        play_all((first, *others))


def play_all(cast: Sequence[Deed]) -> int:
    """Plays every schedule, on a prepared timeline and on none; returns how many there were."""
    played = 0
    for prepared in (True, False):
        looks = looks_of(cast[0], prepared), looks_of(cast[-1], prepared)
        for first, last, first_ends_first in schedules(*looks):
            play(cast, prepared, first, last, first_ends_first)
            played += 1
    return played


def schedules(looks_of_first: int, looks_of_last: int) -> Iterator[tuple[int, int, bool]]:
    """After how many looks the first and the last stop, and whether the first goes on before the last."""
    return product(range(1, looks_of_first + 1), range(looks_of_last + 1), (True, False))


def play(cast: Sequence[Deed], prepared: bool, first: int, last: int, first_ends_first: bool) -> None:
    """The first stops, whoever is in the middle acts, the last stops; then these two end."""
    scene = opening(prepared)
    try:
        strands = [scene.world.begin(partial(deed.do, scene)) for deed in cast]
        advance(scene.world, strands[0], first)
        for strand in strands[1:-1]:
            advance(scene.world, strand, ALL)
        advance(scene.world, strands[-1], last)
        for strand in strands if first_ends_first else reversed(strands):
            advance(scene.world, strand, ALL)
            strand.finish()
        for include_self in (False, True):
            expected = scene.world.oracle.home(READER, include_self=include_self)
            assert scene.world.home(READER, include_self=include_self) == expected
    finally:
        scene.world.close()


def opening(prepared: bool) -> Scene:
    """The reader follows the author, and has a cursor; some tweets are pushed, more than are kept, and one is not."""
    world = World(capacity=2, slice_size=1)
    scene = Scene(world)
    for follower, followee in ((READER, AUTHOR), (OTHER, AUTHOR), (AUTHOR, READER)):
        world.follow(follower, followee)
    for author in (OTHER, AUTHOR, READER, AUTHOR, AUTHOR, OTHER):
        Publish(author).do(scene)
    world.deliver_all()
    Read(READER, 1, include_self=False, afresh=False).do(scene)
    Poll(READER, 5).do(scene)
    if not prepared:
        world.timelines.discard(READER)
    Publish(AUTHOR).do(scene)
    return scene


def looks_of(deed: Deed, prepared: bool) -> int:
    """How many looks the deed takes when nobody disturbs it."""
    scene = opening(prepared)
    strand = scene.world.begin(partial(deed.do, scene))
    looks = 0
    while strand.at is not None:
        strand.advance()
        looks += 1
    strand.finish()
    return looks


def advance(world: World, strand: Strand[None], looks: int) -> None:
    for _ in range(looks):
        if strand.at is None:
            return
        strand.advance()
        assert world.peek(READER, limit=100) == world.oracle.home(READER)
