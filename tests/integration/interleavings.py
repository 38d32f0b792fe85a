"""Two or three who act at once, stopped before every look in every combination."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

from tests.integration import deeds as do
from tests.integration.scenes import Deed, Scene, advance
from tests.integration.stores import Bounds
from tests.integration.world import World

READER = "ada"
AUTHOR = "ben"
OTHER = "cleo"
ALL = 1000
"""More looks than any work has left."""

MakeWorld = Callable[[Bounds], World]

READ = do.read(READER, 3, include_self=True)
READ_AFRESH = do.read(READER, 2, afresh=True)
GO_ON = do.go_on(0, 2)
POLL = do.poll(READER, 2)
PREPARE = do.prepare(READER)
DELIVER = do.deliver(ALL)
DELIVER_AFTER_FAILING = do.deliver(ALL, 1)
PUBLISH = do.publish(AUTHOR)
PUBLISH_AND_DELIVER = do.publish_and_deliver(AUTHOR)
MISS = do.miss(READER, AUTHOR)
MISS_AND_REFOLLOW = do.miss_and_refollow(READER, AUTHOR)
FOLLOW = do.follow(READER, AUTHOR)
FOLLOW_OTHER = do.follow(READER, OTHER)
UNFOLLOW = do.unfollow(READER, AUTHOR)
REFOLLOW = do.refollow(READER, AUTHOR)
DISCARD = do.discard(READER)
DELETE = do.delete(1)
IDLE = do.move_clock(61_000)

CASTS: dict[str, tuple[Deed, ...]] = {
    "a read and a fan-out": (READ, DELIVER),
    "a read afresh and a fan-out that fails first": (READ_AFRESH, DELIVER_AFTER_FAILING),
    "a poll and a publisher": (POLL, PUBLISH_AND_DELIVER),
    "two rebuilds and a tweet that a thrown away timeline missed": (PREPARE, MISS, PREPARE),
    "a merge, a follow and a read": (PREPARE, FOLLOW_OTHER, READ),
    "a read, a tweet missed between unfollow and refollow, and a merge": (READ, MISS_AND_REFOLLOW, PREPARE),
    "a read afresh, an unfollow, a newer follow and a merge": (READ_AFRESH, UNFOLLOW, FOLLOW_OTHER, PREPARE),
    "a read, and a fan-out between unfollow and refollow": (READ, UNFOLLOW, DELIVER, FOLLOW),
    "a fan-out, a refollow and a read": (DELIVER, REFOLLOW, READ),
    "an older cursor, pushes that raise the floor, and a deletion": (GO_ON, PUBLISH_AND_DELIVER, DELETE),
    "a fan-out, a timeline thrown away and a read": (DELIVER, DISCARD, READ),
    "a rebuild, an unfollow and a read": (PREPARE, UNFOLLOW, READ),
    "a read, a follow and a fan-out": (READ, FOLLOW_OTHER, DELIVER),
    "a read, a timeline that idles away, and a fan-out of what falls due": (READ, IDLE, DELIVER),
    "a fan-out, another of the same tweet, and a poll": (DELIVER, do.deliver_again(0), POLL),
}


def play_all(cast: Sequence[Deed], make_world: MakeWorld = World) -> int:
    """Plays every schedule, on a prepared timeline and on none; returns how many there were."""
    played = 0
    for prepared in (True, False):
        looks = (looks_of(deed, opening(make_world, prepared)) for deed in (cast[0], cast[-1]))
        for first, last, first_ends_first in schedules(*looks):
            play(cast, opening(make_world, prepared), first, last, first_ends_first)
            played += 1
    return played


def schedules(looks_of_first: int, looks_of_last: int) -> Iterator[tuple[int, int, bool]]:
    """After how many looks the first and the last stop, and whether the first goes on before the last."""
    return product(range(1, looks_of_first + 1), range(looks_of_last + 1), (True, False))


def play(cast: Sequence[Deed], scene: Scene, first: int, last: int, first_ends_first: bool) -> None:
    """The first stops, whoever is in the middle acts, the last stops; then these two end."""
    try:
        strands = [scene.world.begin(partial(deed.do, scene)) for deed in cast]
        advance(scene, strands[0], first, READER)
        for strand in strands[1:-1]:
            advance(scene, strand, ALL, READER)
        advance(scene, strands[-1], last, READER)
        for strand in strands if first_ends_first else reversed(strands):
            advance(scene, strand, ALL, READER)
            strand.finish()
        for include_self in (False, True):
            expected = scene.world.oracle.home(READER, include_self=include_self)
            assert scene.world.home(READER, include_self=include_self) == expected
    finally:
        scene.world.close()


def opening(make_world: MakeWorld, prepared: bool) -> Scene:
    """The reader follows the author, and has a cursor; some tweets are pushed, more than are kept, and one is not."""
    world = make_world(Bounds(capacity=2))
    scene = Scene(world)
    for follower, followee in ((READER, AUTHOR), (OTHER, AUTHOR), (AUTHOR, READER)):
        world.follow(follower, followee)
    for author in (OTHER, AUTHOR, READER, AUTHOR, AUTHOR, OTHER):
        do.publish(author).do(scene)
    world.deliver_all()
    do.read(READER, 1).do(scene)
    do.poll(READER, 5).do(scene)
    if not prepared:
        world.timelines.discard(READER)
    do.publish(AUTHOR).do(scene)
    return scene


def looks_of(deed: Deed, scene: Scene) -> int:
    """How many looks the deed takes when nobody disturbs it."""
    strand = scene.world.begin(partial(deed.do, scene))
    looks = 0
    while strand.at is not None:
        strand.advance()
        looks += 1
    strand.finish()
    return looks
