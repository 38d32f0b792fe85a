"""A stream while others publish, push, follow and delete: each tweet once, oldest first, also across reconnects."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.streams.listener import StreamListener
from tests.integration.conftest import MakeWorld
from tests.integration.effort import LONG
from tests.integration.pages import news
from tests.integration.stores import Bounds
from tests.integration.world import World

READER = "reader"
AUTHORS = ["ada", "ben", "cleo"]

Deed = Callable[[World], object]


def publish_and_push(world: World) -> None:
    world.publish("author")
    world.deliver_all()


def refollow_behind_a_push(world: World) -> None:
    world.unfollow(READER, "author")
    world.deliver_all()
    world.follow(READER, "author")


DEEDS: dict[str, Deed] = {
    "a publication": lambda world: world.publish("author"),
    "a push": World.deliver_all,
    "a publication and its push": publish_and_push,
    "a refollow behind a push": refollow_behind_a_push,
    "many publications": lambda world: world.publish_many("author", 5),
    "a discarded timeline": lambda world: world.timelines.discard(READER),
}


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("published_before", [1, 5])
def test_whatever_happens_between_two_looks_of_a_stream_each_tweet_comes_once_in_order(
    make_world: MakeWorld, name: str, published_before: int
) -> None:
    at = 0
    while play(make_world(), DEEDS[name], published_before, at):
        at += 1
    assert at > 1


def play(world: World, deed: Deed, published_before: int, at: int) -> bool:
    """The deed happens before the stream's look number `at`; False when it has no such look."""
    world.follow(READER, "author")
    stream = world.stream(READER)
    world.publish_many("author", published_before)
    looking = world.begin(lambda: news(stream))
    for _ in range(at):
        looking.advance()
    happened = looking.at is not None
    deed(world)
    sent = looking.finish() + news(stream)
    assert sent == world.home(READER)[::-1], (at, looking.at)
    return happened


def test_a_publication_between_any_two_looks_of_an_opening_is_sent(make_world: MakeWorld) -> None:
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


class Listener:
    """Reads one stream, goes on with another when it is cut, and knows from the oracle what each look must give."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stream = world.stream(READER)
        self._until = world.oracle.frontier

    def look(self) -> None:
        """Gives whatever was published since the last look by those who are followed now, and still exists."""
        expected = [id_ for id_ in self._world.oracle.home(READER)[::-1] if id_ > self._until]
        sent = news(self._stream)
        assert sent == expected
        self._until = self._world.oracle.frontier

    def reconnect(self) -> None:
        """Goes on from the last position that it was told."""
        self._stream.close()
        self._stream = self._world.stream(READER, since_id=self._until)

    def reconnect_from_the_last_tweet(self) -> None:
        """Goes on from the last tweet: how far the stream came after that did not reach the client."""
        shown = [id_ for id_ in self._world.oracle.home(READER) if id_ <= self._until]
        self._until = max(shown, default=self._until)
        self.reconnect()


def delete_newest(world: World, author: str) -> None:
    for tweet_id in [id_ for id_, by in world.oracle.tweets().items() if by == author][-1:]:
        world.delete(tweet_id)


DEEDS_OF_OTHERS: dict[str, Callable[[World, str], object]] = {
    "publish": World.publish,
    "follow": lambda world, author: world.follow(READER, author),
    "unfollow": lambda world, author: world.unfollow(READER, author),
    "delete": delete_newest,
    "push": lambda world, _: world.deliver_all(),
}
DEEDS_OF_LISTENERS: dict[str, Callable[[Listener], None]] = {
    "look": Listener.look,
    "reconnect": Listener.reconnect,
    "reconnect from the last tweet": Listener.reconnect_from_the_last_tweet,
}


@settings(max_examples=2_000 if LONG else 150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([*DEEDS_OF_OTHERS, *DEEDS_OF_LISTENERS]), st.sampled_from(AUTHORS)), max_size=60)
)
def test_a_stream_gives_what_the_oracle_says_at_each_look_and_across_reconnects(script: list[tuple[str, str]]) -> None:
    world = World(Bounds(capacity=4, threshold=3))
    world.follow(READER, "ada", "ben")
    listener = Listener(world)
    for name, author in script:
        if name in DEEDS_OF_OTHERS:
            DEEDS_OF_OTHERS[name](world, author)
        else:
            DEEDS_OF_LISTENERS[name](listener)
    listener.look()
    assert world.subscriptions.counts().open == 1


def test_a_look_that_fails_can_be_made_again_from_where_it_was(world: World) -> None:
    world.follow(READER, "author")
    stream = world.stream(READER)
    first = world.publish("author")
    assert news(stream) == [first]
    looking = world.begin(lambda: news(stream))
    looking.abandon()
    second = world.publish("author")
    assert news(world.stream(READER, since_id=stream.position)) == [second]


def test_whoever_publishes_wakes_the_followers_streams_however_the_tweet_travels(make_world: MakeWorld) -> None:
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
