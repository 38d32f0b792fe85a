"""The rules of timelines in PostgreSQL, each with a schedule in which it matters and an adapter that breaks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Generic, TypeVar

from tests.engines import broken_timelines as broken
from tests.integration import actions as do
from tests.integration.broken import mark_without_install, merge_into_any_generation, push_after_done, replacing
from tests.integration.scenes import Action, Scene, action, advance, do_all
from tests.integration.stores import Bounds, Change
from tests.integration.world import World

Without = TypeVar("Without")

BOUNDS = Bounds(capacity=3)

READER, AUTHOR, OTHER, THIRD = "ada", "ben", "cleo", "dan"
ALL = 1000


@action
def install(scene: Scene, user: str) -> None:
    """Begins to rebuild a timeline."""
    scene.world.timelines.install(user)


@action
def home(scene: Scene, user: str) -> None:
    """Reads all pages, which must be exact when nothing changes meanwhile."""
    assert scene.world.home(user) == scene.world.oracle.home(user)


TRIM = do.move_clock(1)
"""Housekeeping, which also trims timelines."""

DELIVER = do.deliver(ALL)
READ = do.read(READER, 100)

PREPARED = (
    *(do.publish(author) for author in (AUTHOR, OTHER, THIRD)),
    do.follow(READER, AUTHOR),
    DELIVER,
    home(READER),
)
"""The reader has a timeline with the author's tweet. The others have tweets that are delivered already, too."""

BOTH = (*PREPARED, do.follow(READER, OTHER))


@dataclass(frozen=True, slots=True)
class Rule(Generic[Without]):
    """At each step of `outer`, `inner` happens; without the rule some timeline is wrong then."""

    before: Sequence[Action]
    outer: Action
    inner: Sequence[Action]
    without: Without

    def play(self, make_world: Callable[[], World]) -> int:
        """Plays it once for each step, in a new world; returns the number of steps."""
        for steps in count():
            world = make_world()
            try:
                scene = Scene(world)
                do_all(self.before, scene)
                strand = world.begin(partial(self.outer.do, scene))
                advance(scene, strand, steps, READER)
                is_last = strand.at is None
                do_all(self.inner, scene)
                strand.finish()
                do.poll(READER, 5).do(scene)
                assert world.home(READER) == world.oracle.home(READER)
            finally:
                world.close()
            if is_last:
                break
        return steps


RULES: dict[str, Rule[Change]] = {
    "unpushed tweets are looked at before the timeline, or with it": Rule(
        [*PREPARED, do.publish(AUTHOR)], READ, [DELIVER], replacing("looks", first=broken.view_then_unpushed)
    ),
    "a push takes the generations after the commit of its tweet": Rule(
        [*PREPARED, do.publish_and_deliver(AUTHOR)],
        do.publish_and_deliver(AUTHOR),
        [do.discard(READER), home(READER)],
        broken.with_cached_generations,
    ),
    "a merge writes the entries before the head, or with it": Rule(
        BOTH, do.prepare(READER), [home(READER)], replacing("timelines", merge=broken.head_then_entries)
    ),
    "a view takes the head before the entries, or with them": Rule(
        BOTH, READ, [do.prepare(READER)], replacing("looks", first=broken.entries_then_head)
    ),
    "follow ids grow in the order of commits": Rule(
        PREPARED,
        do.follow(READER, OTHER),
        [do.follow(READER, THIRD), home(READER)],
        replacing("graph", follow=broken.follow_with_early_id),
    ),
    "an outbox row goes after the push": Rule(
        [*PREPARED, do.publish(AUTHOR)], DELIVER, [home(READER)], replacing("timelines", push=push_after_done)
    ),
    "the frontier is below every publish that is under way": Rule(
        [*BOTH, do.poll(READER, 5)],
        do.publish(AUTHOR),
        [do.publish(OTHER), do.poll(READER, 5)],
        replacing("looks", frontier=broken.frontier_without_locks),
    ),
    "no generation is used twice": Rule(
        [*PREPARED, do.discard(READER)],
        do.prepare(READER),
        [do.publish_unseen(READER, AUTHOR), install(READER)],
        replacing("timelines", install=broken.install_same_generation, discard=broken.discard_with_entries),
    ),
    "a read looks again whether the follows changed": Rule(
        [*BOTH, do.discard(READER), do.publish(AUTHOR)],
        READ,
        [do.unfollow(READER, AUTHOR)],
        replacing("looks", first=broken.first_without_version, last=broken.last_without_version),
    ),
    "a timeline is installed before the logs are read": Rule(
        [*PREPARED, do.discard(READER)],
        do.prepare(READER),
        [do.publish_and_deliver(AUTHOR)],
        replacing("timelines", install=mark_without_install, merge=merge_into_any_generation),
    ),
    "the floor rises before the entries below it go, or with them": Rule(
        [*PREPARED, *[do.publish_and_deliver(AUTHOR)] * 4],
        TRIM,
        [home(READER)],
        replacing("timelines", discard_idle=broken.delete_then_raise_floor),
    ),
}
