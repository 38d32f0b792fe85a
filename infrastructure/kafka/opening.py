"""Opens the sides of Kafka by its address."""

from infrastructure.events.broker import Broker
from infrastructure.events.no_hints import NoHints
from infrastructure.kafka.address import KafkaAddress, parse
from infrastructure.kafka.clients import check
from infrastructure.kafka.dead_events import KafkaDeadEvents
from infrastructure.kafka.sending import KafkaEvents
from infrastructure.kafka.taking import KafkaSource
from infrastructure.kafka.topics import make_topics


def open_sending(url: str, capacity: int) -> Broker:
    """Opens the sending side; raises `ValueError` for a bad address. Nothing waits for the broker."""
    events = KafkaEvents(_checked(url), capacity)
    return Broker(events, NoHints(), [events.thread], events.close)


def open_taking(url: str, capacity: int) -> Broker:
    """Opens the taking side; raises `ValueError` for a bad address. Nothing waits for the broker."""
    source = KafkaSource(_checked(url), capacity)
    return Broker(NoHints(), source, [source.thread], source.close)


def open_dead(url: str) -> KafkaDeadEvents:
    """Opens the dead events; raises `ValueError` for a bad address."""
    return KafkaDeadEvents(_checked(url))


def prepare(url: str) -> list[str]:
    """Makes the topics that are not there, and returns the names of both.

    Raises `ValueError` for a bad address, and `Unavailable`.
    """
    return make_topics(_checked(url))


def _checked(url: str) -> KafkaAddress:
    address = parse(url)
    check(address)
    return address
