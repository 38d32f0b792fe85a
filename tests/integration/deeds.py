"""What users and machines do to a Perch, one at a time or all at once. Whatever a deed reads, it checks."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from domain.errors import TweetNotFound
from domain.events import TweetCreated
from tests.integration.readings import read_on, read_page, top
from tests.integration.scenes import Deed, Scene, advance, deed, do_all


@deed
def publish(scene: Scene, author: str) -> None:
    scene.tweets.append(scene.world.publish(author))


@deed
def delete(scene: Scene, nth_newest: int) -> None:
    for tweet in scene.nth_newest(nth_newest):
        with suppress(TweetNotFound):
            scene.world.delete(tweet)


@deed
def follow(scene: Scene, user: str, other: str) -> None:
    scene.world.follow(user, other)


@deed
def unfollow(scene: Scene, user: str, other: str) -> None:
    scene.world.unfollow(user, other)


@deed
def refollow(scene: Scene, user: str, other: str) -> None:
    scene.world.refollow(user, other)


@deed
def read(scene: Scene, user: str, limit: int, *, include_self: bool = False, afresh: bool = False) -> None:
    """Reads a first page, and keeps the cursor."""
    if afresh:
        scene.world.timelines.discard(user)
    after, _ = read_page(scene.world, top(scene.world, user, include_self=include_self), limit)
    if after.walk is not None:
        scene.places.append(after)


@deed
def go_on(scene: Scene, nth_newest: int, limit: int) -> None:
    """Reads the page after some cursor, and keeps the next one."""
    if scene.places:
        place = scene.places[-1 - nth_newest % len(scene.places)]
        after, _ = read_page(scene.world, place, limit)
        if after.walk is not None:
            scene.places.append(after)


@deed
def poll(scene: Scene, user: str, limit: int) -> None:
    """Reads all that came since the last poll."""
    if user in scene.polling:
        return
    scene.polling.add(user)
    watch = scene.watches.setdefault(user, scene.world.oracle.watch(user))
    place = top(scene.world, user, since_id=scene.since_ids.get(user, 0))
    place, scene.since_ids[user] = read_page(scene.world, place, limit)
    new = place.seen if place.walk is None else read_on(scene.world, place, limit)
    polled = scene.polled.setdefault(user, [])
    assert not set(new) & set(polled), "two polls gave the same tweet"
    polled += new
    missed = {id_ for id_ in watch.unbroken if id_ <= scene.since_ids[user]} - set(polled)
    assert not missed, f"no poll gave {sorted(missed)}"
    scene.polling.remove(user)


@deed
def prepare(scene: Scene, user: str) -> None:
    """Goes on where somebody's read stopped who has left."""
    scene.world.use_cases.prepare.execute(user)


@deed
def discard(scene: Scene, user: str) -> None:
    scene.world.timelines.discard(user)


@deed
def deliver(scene: Scene, steps: int, failing_after: int | None = None) -> None:
    """Runs steps of the fan-out; the first push, if so, fails after it wrote a part of its slice."""
    if not scene.worker.acquire(blocking=False):
        return
    if failing_after is not None:
        scene.world.pushes.fail_next(after=failing_after)
    for _ in range(steps):
        if not scene.world.fan_out.step():
            break
    scene.worker.release()


@deed
def publish_and_deliver(scene: Scene, author: str) -> None:
    publish(author).do(scene)
    deliver_again(0).do(scene)


@deed
def miss(scene: Scene, user: str, author: str) -> None:
    """A tweet is pushed while the timeline is thrown away."""
    discard(user).do(scene)
    publish_and_deliver(author).do(scene)


@deed
def miss_and_refollow(scene: Scene, user: str, author: str) -> None:
    """A tweet is pushed while its author is not followed."""
    unfollow(user, author).do(scene)
    publish_and_deliver(author).do(scene)
    follow(user, author).do(scene)


@deed
def deliver_again(scene: Scene, nth_newest: int) -> None:
    """Delivers a tweet that was delivered, is being delivered, is deleted, or whose turn has not come."""
    for tweet in scene.nth_newest(nth_newest):
        scene.world.deliver_again(tweet)


@deed
def hint_again(scene: Scene, nth_newest: int) -> None:
    """A hint comes twice, or late."""
    for tweet in scene.nth_newest(nth_newest):
        scene.world.events.hint(TweetCreated(tweet, scene.world.author_of[tweet]))


@deed
def lose_hints(scene: Scene, count: int) -> None:
    scene.world.hints.lose_next(count)


@deed
def redrive(scene: Scene) -> None:
    scene.world.redrive()


@deed
def move_clock(scene: Scene, milliseconds: int) -> None:
    """Time passes and idle timelines are thrown away; or, for less than 0, the wall clock is set back."""
    if milliseconds < 0:
        scene.world.clock.set_back(-milliseconds)
    else:
        scene.world.clock.advance(milliseconds)
        scene.world.timelines.discard_idle()


@deed
def race(
    scene: Scene,
    reader: str,
    before: Sequence[Deed],
    first: Deed,
    first_looks: int,
    others: Sequence[Sequence[Deed]],
    turns: Sequence[tuple[int, int]],
) -> None:
    """Several act at once, each in a strand of its own.

    The first stops after so many looks. Then they take turns of so many looks each, and in the end the first finishes
    last. The reader's timeline is exact after every look.
    """
    do_all(before, scene)
    strands = [scene.world.begin(partial(do_all, deeds, scene)) for deeds in ([first], *others)]
    for who, looks in ((0, first_looks), *turns):
        advance(scene, strands[who % len(strands)], looks, reader)
    for strand in (*strands[1:], strands[0]):
        strand.finish()
