"""The address of a Kafka cluster, and what Perch calls its own there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from infrastructure.url_options import options_of

TOPIC = "perch.tweet-created"
DEAD_SUFFIX = ".dlq"
GROUP = "perch.work"
PARTITIONS = 12
PARTITIONS_MAX = 1000

_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SERVERS = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_PROPERTY = re.compile(r"[a-z][a-z0-9.]*")

FIXED = frozenset(
    {
        *("bootstrap.servers", "metadata.broker.list", "group.id", "group.instance.id", "group.protocol", "client.id"),
        "acks",
        *("request.required.acks", "enable.idempotence", "transactional.id", "enable.auto.commit"),
        *("enable.auto.offset.store", "auto.offset.reset", "partition.assignment.strategy", "partitioner"),
        *("queue.buffering.max.messages", "delivery.report.only.error", "plugin.library.paths", "debug"),
    }
)
"""Properties of librdkafka that are not for an address: what Perch promises depends on them."""


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """The brokers to ask first, the names, and how `migrate` makes the topics."""

    servers: str
    prefix: str = ""
    partitions: int = PARTITIONS
    replication: int = -1
    """-1: what the brokers have as default."""
    properties: Mapping[str, str] | None = None
    """Properties of librdkafka from the address, for example of TLS."""

    @property
    def topic(self) -> str:
        return self.prefix + TOPIC

    @property
    def dead_topic(self) -> str:
        return self.topic + DEAD_SUFFIX

    @property
    def group(self) -> str:
        return self.prefix + GROUP


def parse(url: str) -> KafkaAddress:
    """Returns the address ``kafka://host:port,host:port/prefix?partitions=12&replication=3&property=value``.

    Raises `ValueError`, whose text says what the address must be, and quotes nothing but names of known properties.
    """
    parts = urlsplit(url)
    servers = parts.netloc.split(",")
    if not all(map(_SERVERS.fullmatch, servers)):
        raise ValueError("must be kafka:// and the brokers as host:port with commas between")
    prefix = parts.path.strip("/")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise ValueError("must have a prefix of up to 100 of A-Z a-z 0-9 . _ - after the brokers, or none")
    options = options_of(parts.query)
    partitions = _number(options, "partitions", PARTITIONS, PARTITIONS_MAX)
    replication = _number(options, "replication", -1, 100)
    for name in options:
        if name in FIXED:
            raise ValueError(f"must not set {name!r}")
        if not _PROPERTY.fullmatch(name):
            # A password with an & that is not %26 goes on in the name.
            raise ValueError("must have options whose names are a-z 0-9 and dots, and %26 for an & in a value")
    return KafkaAddress(parts.netloc, f"{prefix}." if prefix else "", partitions, replication, options)


def _number(options: dict[str, str], name: str, default: int, most: int) -> int:
    text = options.pop(name, None)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ValueError(f"must have a number of {name} from 1 to {most}")
    return int(text)
