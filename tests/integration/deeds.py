"""What users and machines do to a Perch, one at a time or all at once."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from domain.errors import TweetNotFound, Unavailable
from domain.events import TweetCreated
from tests.fakes.oracle import Watch
from tests.fakes.strand import Strand
from tests.integration.readings import Place, read_on, read_page, top
from tests.integration.world import World
from usecases.deliver_tweet import FIRST_SLICE


@dataclass(slots=True)
class Scene:
    """A world, and what those who act in it remember."""

    world: World
    tweets: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    since_ids: dict[str, int] = field(default_factory=dict)
    polled: dict[str, list[int]] = field(default_factory=dict)
    polling: set[str] = field(default_factory=set)
    watches: dict[str, Watch] = field(default_factory=dict)
    worker: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one who runs the fan-out: only one thread at a time may."""


class Deed(Protocol):
    """Something to do. Whatever it reads, it checks."""

    def do(self, scene: Scene) -> None: ...


@dataclass(frozen=True, slots=True)
class Publish:
    author: str

    def do(self, scene: Scene) -> None:
        scene.tweets.append(scene.world.publish(self.author))


@dataclass(frozen=True, slots=True)
class Delete:
    nth_newest: int

    def do(self, scene: Scene) -> None:
        if scene.tweets:
            tweet = scene.tweets[-1 - self.nth_newest % len(scene.tweets)]
            with suppress(TweetNotFound):
                scene.world.delete(tweet)


@dataclass(frozen=True, slots=True)
class Follow:
    user: str
    other: str

    def do(self, scene: Scene) -> None:
        scene.world.follow(self.user, self.other)


@dataclass(frozen=True, slots=True)
class Unfollow:
    user: str
    other: str

    def do(self, scene: Scene) -> None:
        scene.world.unfollow(self.user, self.other)


@dataclass(frozen=True, slots=True)
class Refollow:
    user: str
    other: str

    def do(self, scene: Scene) -> None:
        scene.world.refollow(self.user, self.other)


@dataclass(frozen=True, slots=True)
class Read:
    """Reads a first page, and keeps the cursor."""

    user: str
    limit: int
    include_self: bool
    afresh: bool

    def do(self, scene: Scene) -> None:
        if self.afresh:
            scene.world.timelines.discard(self.user)
        after, _ = read_page(scene.world, top(scene.world, self.user, include_self=self.include_self), self.limit)
        if after.walk is not None:
            scene.places.append(after)


@dataclass(frozen=True, slots=True)
class GoOn:
    """Reads the page after some cursor, and keeps the next one."""

    nth_newest: int
    limit: int

    def do(self, scene: Scene) -> None:
        if scene.places:
            place = scene.places[-1 - self.nth_newest % len(scene.places)]
            after, _ = read_page(scene.world, place, self.limit)
            if after.walk is not None:
                scene.places.append(after)


@dataclass(frozen=True, slots=True)
class Poll:
    """Reads all that came since the last poll."""

    user: str
    limit: int

    def do(self, scene: Scene) -> None:
        if self.user in scene.polling:
            return
        scene.polling.add(self.user)
        watch = scene.watches.get(self.user) or scene.world.oracle.watch(self.user)
        scene.watches[self.user] = watch
        place = top(scene.world, self.user, since_id=scene.since_ids.get(self.user, 0))
        place, scene.since_ids[self.user] = read_page(scene.world, place, self.limit)
        new = place.seen if place.walk is None else read_on(scene.world, place, self.limit)
        polled = scene.polled.setdefault(self.user, [])
        assert not set(new) & set(polled), "two polls gave the same tweet"
        polled += new
        missed = {id_ for id_ in watch.unbroken if id_ <= scene.since_ids[self.user]} - set(polled)
        assert not missed, f"no poll gave {sorted(missed)}"
        scene.polling.remove(self.user)


@dataclass(frozen=True, slots=True)
class Prepare:
    """Goes on where somebody's read stopped who has left."""

    user: str

    def do(self, scene: Scene) -> None:
        scene.world.prepare.execute(self.user)


@dataclass(frozen=True, slots=True)
class Discard:
    user: str

    def do(self, scene: Scene) -> None:
        scene.world.timelines.discard(self.user)


@dataclass(frozen=True, slots=True)
class Deliver:
    """Steps of the fan-out; of the first push, if so, only a part is written before it fails."""

    steps: int
    failing_after: int | None

    def do(self, scene: Scene) -> None:
        if not scene.worker.acquire(blocking=False):
            return
        if self.failing_after is not None:
            scene.world.pushes.fail_next(after=self.failing_after)
        for _ in range(self.steps):
            if not scene.world.fan_out.step():
                break
        scene.worker.release()


@dataclass(frozen=True, slots=True)
class PublishAndDeliver:
    author: str

    def do(self, scene: Scene) -> None:
        Publish(self.author).do(scene)
        DeliverAgain(0).do(scene)


@dataclass(frozen=True, slots=True)
class Miss:
    """A tweet is pushed while the timeline is thrown away."""

    user: str
    author: str

    def do(self, scene: Scene) -> None:
        Discard(self.user).do(scene)
        PublishAndDeliver(self.author).do(scene)


@dataclass(frozen=True, slots=True)
class MissAndRefollow:
    """A tweet is pushed while its author is not followed."""

    user: str
    author: str

    def do(self, scene: Scene) -> None:
        Unfollow(self.user, self.author).do(scene)
        PublishAndDeliver(self.author).do(scene)
        Follow(self.user, self.author).do(scene)


@dataclass(frozen=True, slots=True)
class DeliverAgain:
    """Delivers a tweet that was delivered, is being delivered, is deleted, or whose turn has not come."""

    nth_newest: int

    def do(self, scene: Scene) -> None:
        if not scene.tweets:
            return
        tweet = scene.tweets[-1 - self.nth_newest % len(scene.tweets)]
        event = TweetCreated(tweet, scene.world.author_of[tweet])
        after: int | None = FIRST_SLICE
        while after is not None:
            with suppress(Unavailable):
                after = scene.world.deliver.execute(event, after)


@dataclass(frozen=True, slots=True)
class Redrive:
    def do(self, scene: Scene) -> None:
        scene.world.redrive()


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Time passes and idle timelines are thrown away; or, for less than 0, the wall clock is set back."""

    milliseconds: int

    def do(self, scene: Scene) -> None:
        if self.milliseconds < 0:
            scene.world.clock.set_back(-self.milliseconds)
        else:
            scene.world.clock.advance(self.milliseconds)
            scene.world.timelines.discard_idle()


@dataclass(frozen=True, slots=True)
class Race:
    """Several act at once, each in a strand of its own.

    The first stops after so many looks. Then they take turns of so many looks each, and in the end the first finishes
    last. The reader's timeline is exact after every look.
    """

    reader: str
    before: Sequence[Deed]
    first: Deed
    first_looks: int
    others: Sequence[Sequence[Deed]]
    turns: Sequence[tuple[int, int]]

    def do(self, scene: Scene) -> None:
        _do_all(self.before, scene)
        strands = [scene.world.begin(partial(_do_all, deeds, scene)) for deeds in ([self.first], *self.others)]
        for who, looks in ((0, self.first_looks), *self.turns):
            self._advance(strands[who % len(strands)], looks, scene)
        for strand in strands[1:]:
            strand.finish()
        strands[0].finish()

    def _advance(self, strand: Strand[None], looks: int, scene: Scene) -> None:
        for _ in range(looks):
            if strand.at is None:
                return
            strand.advance()
            assert scene.world.peek(self.reader, limit=100) == scene.world.oracle.home(self.reader)


def _do_all(deeds: Sequence[Deed], scene: Scene) -> None:
    for deed in deeds:
        deed.do(scene)
