"""The actions of users and workers, alone or interleaved. An action checks every page that it reads."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from domain.errors import TweetNotFound
from domain.events import TweetCreated
from tests.integration.readings import read_on, read_page, top
from tests.integration.scenes import Action, Scene, action, advance, do_all


@action
def publish(scene: Scene, author: str) -> None:
    scene.tweets.append(scene.world.publish(author))


@action
def delete(scene: Scene, nth_newest: int) -> None:
    for tweet in scene.nth_newest(nth_newest):
        with suppress(TweetNotFound):
            scene.world.delete(tweet)


@action
def follow(scene: Scene, user: str, other: str) -> None:
    scene.world.follow(user, other)


@action
def unfollow(scene: Scene, user: str, other: str) -> None:
    scene.world.unfollow(user, other)


@action
def refollow(scene: Scene, user: str, other: str) -> None:
    scene.world.refollow(user, other)


@action
def read(scene: Scene, user: str, limit: int, *, include_self: bool = False, after_discard: bool = False) -> None:
    """Reads a first page and keeps its cursor."""
    if after_discard:
        scene.world.timelines.discard(user)
    after, _ = read_page(scene.world, top(scene.world, user, include_self=include_self), limit)
    if after.walk is not None:
        scene.places.append(after)


@action
def read_next(scene: Scene, nth_newest: int, limit: int) -> None:
    """Reads the page after an earlier cursor and keeps the next cursor."""
    if scene.places:
        place = scene.places[-1 - nth_newest % len(scene.places)]
        after, _ = read_page(scene.world, place, limit)
        if after.walk is not None:
            scene.places.append(after)


@action
def poll(scene: Scene, user: str, limit: int) -> None:
    """Reads all tweets since the last poll."""
    if user in scene.polling:
        return
    scene.polling.add(user)
    watch = scene.watches.setdefault(user, scene.world.oracle.watch(user))
    place = top(scene.world, user, since_id=scene.since_ids.get(user, 0))
    place, scene.since_ids[user] = read_page(scene.world, place, limit)
    new = place.seen if place.walk is None else read_on(scene.world, place, limit)
    polled = scene.polled.setdefault(user, [])
    assert not set(new) & set(polled), "two polls returned the same tweet"
    polled += new
    missed = {id_ for id_ in watch.unbroken if id_ <= scene.since_ids[user]} - set(polled)
    assert not missed, f"no poll returned {sorted(missed)}"
    scene.polling.remove(user)


@action
def prepare(scene: Scene, user: str) -> None:
    """Prepares a timeline, as after a read that its client has abandoned."""
    scene.world.use_cases.prepare.execute(user)


@action
def discard(scene: Scene, user: str) -> None:
    scene.world.timelines.discard(user)


@action
def keep_house(scene: Scene) -> None:
    scene.world.keep_house()


@action
def deliver(scene: Scene, steps: int, failing_after: int | None = None) -> None:
    """Runs steps of the fan-out; the first push may fail after `failing_after` timelines of its slice."""
    if not scene.worker.acquire(blocking=False):
        return
    if failing_after is not None:
        scene.world.pushes.fail_next(after=failing_after)
    for _ in range(steps):
        if not scene.world.fan_out.step():
            break
    scene.worker.release()


@action
def publish_and_deliver(scene: Scene, author: str) -> None:
    publish(author).do(scene)
    deliver_again(0).do(scene)


@action
def publish_unseen(scene: Scene, user: str, author: str) -> None:
    """Pushes a tweet while the timeline is absent."""
    discard(user).do(scene)
    publish_and_deliver(author).do(scene)


@action
def publish_while_unfollowed(scene: Scene, user: str, author: str) -> None:
    """Pushes a tweet while its author is not followed."""
    unfollow(user, author).do(scene)
    publish_and_deliver(author).do(scene)
    follow(user, author).do(scene)


@action
def deliver_again(scene: Scene, nth_newest: int) -> None:
    """Delivers a tweet in any state: waiting, being delivered, delivered or deleted."""
    for tweet in scene.nth_newest(nth_newest):
        scene.world.deliver_again(tweet)


@action
def hint_again(scene: Scene, nth_newest: int) -> None:
    """Gives a hint a second time, or late."""
    for tweet in scene.nth_newest(nth_newest):
        scene.world.events.hint(TweetCreated(tweet, scene.world.author_of[tweet]))


@action
def lose_hints(scene: Scene, count: int) -> None:
    scene.world.hints.lose_next(count)


@action
def redrive(scene: Scene) -> None:
    scene.world.redrive()


@action
def move_clock(scene: Scene, milliseconds: int) -> None:
    """Advances the clock and discards idle timelines; a negative value sets the wall clock back."""
    if milliseconds < 0:
        scene.world.clock.set_back(-milliseconds)
    else:
        scene.world.clock.advance(milliseconds)
        scene.world.timelines.discard_idle()


@action
def race(
    scene: Scene,
    reader: str,
    before: Sequence[Action],
    first: Action,
    first_calls: int,
    others: Sequence[Sequence[Action]],
    turns: Sequence[tuple[int, int]],
) -> None:
    """Interleaves several lists of actions, each in its own strand.

    The first strand stops after `first_calls` store calls. Then `turns` says which strand does how many calls. In the
    end the first strand finishes last. The reader's timeline is exact after every call.
    """
    do_all(before, scene)
    strands = [scene.world.begin(partial(do_all, actions, scene)) for actions in ([first], *others)]
    for nth, calls in ((0, first_calls), *turns):
        advance(scene, strands[nth % len(strands)], calls, reader)
    for strand in (*strands[1:], strands[0]):
        strand.finish()
