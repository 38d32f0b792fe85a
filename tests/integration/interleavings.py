"""Every interleaving of two or three concurrent actions, stopped at every combination of store calls."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

from tests.integration import actions as do
from tests.integration.scenes import Action, Scene, advance
from tests.integration.stores import Bounds
from tests.integration.world import World

READER = "ada"
AUTHOR = "ben"
OTHER = "cleo"
ALL = 1000
"""More store calls than any action makes."""

MakeWorld = Callable[[Bounds], World]

READ = do.read(READER, 3, include_self=True)
READ_AFTER_DISCARD = do.read(READER, 2, after_discard=True)
READ_NEXT = do.read_next(0, 2)
POLL = do.poll(READER, 2)
PREPARE = do.prepare(READER)
DELIVER = do.deliver(ALL)
DELIVER_AFTER_FAILURE = do.deliver(ALL, 1)
PUBLISH = do.publish(AUTHOR)
PUBLISH_AND_DELIVER = do.publish_and_deliver(AUTHOR)
PUBLISH_UNSEEN = do.publish_unseen(READER, AUTHOR)
PUBLISH_WHILE_UNFOLLOWED = do.publish_while_unfollowed(READER, AUTHOR)
FOLLOW = do.follow(READER, AUTHOR)
FOLLOW_OTHER = do.follow(READER, OTHER)
UNFOLLOW = do.unfollow(READER, AUTHOR)
REFOLLOW = do.refollow(READER, AUTHOR)
DISCARD = do.discard(READER)
DELETE = do.delete(1)
IDLE = do.move_clock(61_000)

SCENARIOS: dict[str, tuple[Action, ...]] = {
    "a read and a fan-out": (READ, DELIVER),
    "a read after a discard and a fan-out that fails first": (READ_AFTER_DISCARD, DELIVER_AFTER_FAILURE),
    "a poll and a publisher": (POLL, PUBLISH_AND_DELIVER),
    "two rebuilds and a push to the absent timeline": (PREPARE, PUBLISH_UNSEEN, PREPARE),
    "a merge, a follow and a read": (PREPARE, FOLLOW_OTHER, READ),
    "a read, a push between unfollow and refollow, and a merge": (READ, PUBLISH_WHILE_UNFOLLOWED, PREPARE),
    "a discard and a read, an unfollow, a follow and a merge": (READ_AFTER_DISCARD, UNFOLLOW, FOLLOW_OTHER, PREPARE),
    "a read, and a fan-out between unfollow and refollow": (READ, UNFOLLOW, DELIVER, FOLLOW),
    "a fan-out, a refollow and a read": (DELIVER, REFOLLOW, READ),
    "a page by an old cursor, pushes that raise the floor, and a deletion": (READ_NEXT, PUBLISH_AND_DELIVER, DELETE),
    "a fan-out, a discard and a read": (DELIVER, DISCARD, READ),
    "a rebuild, an unfollow and a read": (PREPARE, UNFOLLOW, READ),
    "a read, a follow and a fan-out": (READ, FOLLOW_OTHER, DELIVER),
    "a read, an idle discard and a fan-out of due rows": (READ, IDLE, DELIVER),
    "two fan-outs of the same tweet and a poll": (DELIVER, do.deliver_again(0), POLL),
}


def play_all(actions: Sequence[Action], make_world: MakeWorld = World) -> int:
    """Plays every schedule, with and without a prepared timeline; returns their number."""
    played = 0
    for prepared in (True, False):
        calls = (count_calls(action, opening(make_world, prepared)) for action in (actions[0], actions[-1]))
        for first, last, first_resumes_first in schedules(*calls):
            play(actions, opening(make_world, prepared), first, last, first_resumes_first)
            played += 1
    return played


def schedules(calls_of_first: int, calls_of_last: int) -> Iterator[tuple[int, int, bool]]:
    """After how many store calls the first and the last action stop, and whether the first one resumes first."""
    return product(range(1, calls_of_first + 1), range(calls_of_last + 1), (True, False))


def play(actions: Sequence[Action], scene: Scene, first: int, last: int, first_resumes_first: bool) -> None:
    """Runs the first action to its stop, those in the middle, and the last one to its stop; then finishes both."""
    try:
        strands = [scene.world.begin(partial(action.do, scene)) for action in actions]
        advance(scene, strands[0], first, READER)
        for strand in strands[1:-1]:
            advance(scene, strand, ALL, READER)
        advance(scene, strands[-1], last, READER)
        for strand in strands if first_resumes_first else reversed(strands):
            advance(scene, strand, ALL, READER)
            strand.finish()
        for include_self in (False, True):
            expected = scene.world.oracle.home(READER, include_self=include_self)
            assert scene.world.home(READER, include_self=include_self) == expected
    finally:
        scene.world.close()


def opening(make_world: MakeWorld, prepared: bool) -> Scene:
    """The reader follows the author and has a cursor; more tweets are pushed than a timeline holds, and one is not."""
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


def count_calls(action: Action, scene: Scene) -> int:
    """Counts the store calls of an undisturbed action."""
    strand = scene.world.begin(partial(action.do, scene))
    calls = 0
    while strand.at is not None:
        strand.advance()
        calls += 1
    strand.finish()
    return calls
