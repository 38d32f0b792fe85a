"""A stream sends each tweet once, oldest first, during concurrent changes and across reconnects."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.streams.listener import StreamListener
from tests.integration.conftest import MakeWorld
from tests.integration.effort import LONG
from tests.integration.pages import ids_of, news
from tests.integration.stores import Bounds
from tests.integration.world import World
from usecases.home_timeline.stream import HomeTimelineStream

READER = "reader"
AUTHORS = ["ada", "ben", "cleo"]

Action = Callable[[World], object]


def publish_and_push(world: World) -> None:
    world.publish("author")
    world.deliver_all()


def refollow_after_a_push(world: World) -> None:
    world.unfollow(READER, "author")
    world.deliver_all()
    world.follow(READER, "author")


ACTIONS: dict[str, Action] = {
    "a publication": lambda world: world.publish("author"),
    "a push": World.deliver_all,
    "a publication and its push": publish_and_push,
    "a refollow after a push": refollow_after_a_push,
    "many publications": lambda world: world.publish_many("author", 5),
    "a discarded timeline": lambda world: world.timelines.discard(READER),
}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("published_before", [1, 5])
def test_a_stream_sends_each_tweet_once_in_order_with_a_change_between_any_two_store_calls(
    make_world: MakeWorld, name: str, published_before: int
) -> None:
    at = 0
    while play(make_world(), ACTIONS[name], published_before, at):
        at += 1
    assert at > 1


def play(world: World, action: Action, published_before: int, at: int) -> bool:
    """Acts before the stream's store call number `at`; returns False when there is no such call."""
    world.follow(READER, "author")
    stream = world.stream(READER)
    world.publish_many("author", published_before)
    reading = world.begin(lambda: news(stream))
    for _ in range(at):
        reading.advance()
    happened = reading.at is not None
    action(world)
    sent = reading.finish() + news(stream)
    assert sent == world.home(READER)[::-1], (at, reading.at)
    return happened


def test_a_tweet_published_while_a_stream_opens_is_sent(make_world: MakeWorld) -> None:
    for at in range(3):
        world = make_world()
        world.follow(READER, "author")
        before = world.publish("author")
        opening = world.begin(lambda world=world: world.stream(READER))  # type: ignore[misc]
        for _ in range(at):
            opening.advance()
        after = world.publish("author")
        sent = news(opening.finish())
        assert sent in ([after], []) if at == 0 else sent == [after], at
        assert before not in sent


def test_a_deletion_between_any_two_looks_of_a_stream_is_told_once_after_its_tweet(make_world: MakeWorld) -> None:
    at, advanced = 0, True
    while advanced:
        world = make_world()
        world.follow(READER, "author")
        stream = world.stream(READER)
        deleted, kept = world.publish_many("author", 2)
        looking = world.begin(lambda stream=stream: told(stream))  # type: ignore[misc]
        for _ in range(at):
            looking.advance()
        advanced = looking.at is not None
        world.delete(deleted)
        StreamListener(world.announcements, world.graph, world.subscriptions).listen()
        assert looking.finish() + told(stream) in ([kept, -deleted], [-deleted, kept], [deleted, kept, -deleted]), at
        at += 1
    assert at > 1


def told(stream: HomeTimelineStream) -> list[int]:
    """What a stream gives until there is nothing new: ids of tweets, and negative ones of deleted tweets."""
    found: list[int] = []
    for batch in stream.batches(0.0):
        deleted = stream.take_deleted()
        if not batch and not deleted:
            break
        found += [*ids_of(batch), *(-tweet_id for tweet_id in deleted)]
    return found


class Listener:
    """Reads a stream across reconnects, and checks each read against the oracle."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stream = world.stream(READER)
        self._until = world.oracle.frontier

    def read(self) -> None:
        """Checks that the stream sends the tweets since the last read by current followees that still exist."""
        expected = [id_ for id_ in self._world.oracle.home(READER)[::-1] if id_ > self._until]
        sent = news(self._stream)
        assert sent == expected
        self._until = self._world.oracle.frontier

    def reconnect(self) -> None:
        """Resumes from the last position that the stream reported."""
        self._stream.close()
        self._stream = self._world.stream(READER, since_id=self._until)

    def reconnect_from_the_last_tweet(self) -> None:
        """Resumes from the last tweet, as if the client had not received a later position."""
        shown = [id_ for id_ in self._world.oracle.home(READER) if id_ <= self._until]
        self._until = max(shown, default=self._until)
        self.reconnect()


def delete_newest(world: World, author: str) -> None:
    for tweet_id in [id_ for id_, by in world.oracle.tweets().items() if by == author][-1:]:
        world.delete(tweet_id)


WORLD_ACTIONS: dict[str, Callable[[World, str], object]] = {
    "publish": World.publish,
    "follow": lambda world, author: world.follow(READER, author),
    "unfollow": lambda world, author: world.unfollow(READER, author),
    "delete": delete_newest,
    "push": lambda world, _: world.deliver_all(),
}
LISTENER_ACTIONS: dict[str, Callable[[Listener], None]] = {
    "read": Listener.read,
    "reconnect": Listener.reconnect,
    "reconnect from the last tweet": Listener.reconnect_from_the_last_tweet,
}


@settings(max_examples=2_000 if LONG else 150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*WORLD_ACTIONS, *LISTENER_ACTIONS]), st.sampled_from(AUTHORS)), max_size=60))
def test_a_stream_equals_the_oracle_at_each_read_and_across_reconnects(script: list[tuple[str, str]]) -> None:
    world = World(Bounds(capacity=4, threshold=3))
    world.follow(READER, "ada", "ben")
    listener = Listener(world)
    for name, author in script:
        if name in WORLD_ACTIONS:
            WORLD_ACTIONS[name](world, author)
        else:
            LISTENER_ACTIONS[name](listener)
    listener.read()
    assert world.subscriptions.counts().open == 1


def test_a_stream_can_be_resumed_after_a_failed_read(world: World) -> None:
    world.follow(READER, "author")
    stream = world.stream(READER)
    first = world.publish("author")
    assert news(stream) == [first]
    reading = world.begin(lambda: news(stream))
    reading.abandon()
    second = world.publish("author")
    assert news(world.stream(READER, since_id=stream.position)) == [second]


def test_a_publish_wakes_the_followers_streams_in_every_delivery_mode(make_world: MakeWorld) -> None:
    for sizes in ({"threshold": 0}, {"queue_capacity": 1}, {}):
        world = make_world(**sizes)
        world.follow(READER, "author")
        subscription = world.subscriptions.open(READER)
        listener = StreamListener(world.announcements, world.graph, world.subscriptions)
        world.publish_many("author", 2)
        for _ in range(2):
            listener.listen()
        assert subscription.wait(0.0), sizes
        world.publish("stranger")
        listener.listen()
        assert not subscription.wait(0.0), sizes
