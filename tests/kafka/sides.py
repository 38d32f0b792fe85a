"""Both sides of Kafka for a test."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from cluster.engines.kafka_server import KafkaServer
from domain.events import TweetCreated
from infrastructure.events.taken import EventSource, Taken
from infrastructure.kafka.address import KafkaAddress, parse
from infrastructure.kafka.empty_handed import FIRST_SECONDS
from infrastructure.kafka.sending import KafkaEvents
from infrastructure.kafka.taking import KafkaSource
from tests.contracts.racing import JOIN_SECONDS

CAPACITY = 1000
STEADY = {"heartbeat.interval.ms": 200}
"""A group that members join and leave soon, and that misses none which a busy machine holds up for a while."""

SHORT = {"session.timeout.ms": 1000, "heartbeat.interval.ms": 200, "max.poll.interval.ms": 1500}
"""A group that misses a member after a second."""


class Sides:
    """Opens senders and sources at one address, and closes them at the end."""

    def __init__(self, url: str, stack: ExitStack) -> None:
        self.url = url
        self.address: KafkaAddress = parse(url)
        self._stack = stack

    def sender(self, capacity: int = CAPACITY) -> KafkaEvents:
        sender = KafkaEvents(self.address, capacity)
        self._stack.callback(sender.close)
        return sender

    def source(self, capacity: int = CAPACITY, empty_handed_seconds: float = FIRST_SECONDS) -> KafkaSource:
        source = KafkaSource(self.address, capacity, empty_handed_seconds)
        self._stack.callback(source.close)
        return source


@contextmanager
def sides_at(url: str) -> Iterator[Sides]:
    with ExitStack() as stack:
        yield Sides(url, stack)


OpenSides = Callable[[str], Sides]


def hint(tweet_id: int, author_id: str = "alice") -> TweetCreated:
    return TweetCreated(tweet_id, author_id, f"trace-{tweet_id}")


def take(source: EventSource, seconds: float = JOIN_SECONDS) -> Taken:
    taken = source.take(seconds)
    assert taken is not None, f"no hint within {seconds:g} s"
    return taken


def take_ids(source: EventSource, count: int) -> list[int]:
    """Takes so many hints, and says that each is done."""
    return [finished(source, take(source)) for _ in range(count)]


def finished(source: EventSource, taken: Taken) -> int:
    source.done(taken)
    return taken.event.tweet_id


def committed(server: KafkaServer, address: KafkaAddress) -> int:
    """How many hints the group has committed, over all partitions."""
    offsets: Sequence[int] = server.committed(address.topic, address.group, address.partitions)
    return sum(max(0, offset) for offset in offsets)
