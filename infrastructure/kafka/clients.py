"""The settings of clients. What is not said is as librdkafka has it:
https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer

from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog

HINT_SECONDS = 5.0
"""A hint that no broker has taken after so long is dropped: its outbox row is due by then."""

DEAD_SECONDS = 30.0

COMMIT_SECONDS = 0.5
"""Offsets are committed so often."""

PREFETCHED = 1000
"""Messages that the library keeps beside those that wait in Perch's queue."""

UNKNOWN = "No such configuration property"
"""The client's sentence about a property begins so, and goes on with its name."""

QUICK = {
    # Hints are worth something for seconds: try again soon, and find new leaders and topics soon.
    "reconnect.backoff.ms": 500,
    "reconnect.backoff.max.ms": 1000,
    "retry.backoff.ms": 50,
    "retry.backoff.max.ms": 500,
    "socket.timeout.ms": 10_000,
    "socket.connection.setup.timeout.ms": 3000,
    "topic.metadata.refresh.interval.ms": 10_000,
    "socket.nagle.disable": True,
}

CONSUMING: dict[str, int | str | bool] = {
    "enable.auto.commit": True,
    # Only what is done is stored, and what is stored is committed.
    "enable.auto.offset.store": False,
    "auto.commit.interval.ms": round(COMMIT_SECONDS * 1000),
    # Where the group begins, and where the log lost what was committed: rather twice than never.
    "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "cooperative-sticky",
    # A worker that was killed leaves its partitions to others after so long. Their rows fall due sooner.
    "session.timeout.ms": 6_000,
    "heartbeat.interval.ms": 1000,
    "max.poll.interval.ms": 60_000,
    # The broker answers a fetch that finds nothing after so long, and at once when it finds something.
    "fetch.wait.max.ms": 10,
    "fetch.queue.backoff.ms": 5,
    "fetch.error.backoff.ms": 100,
    "queued.min.messages": PREFETCHED,
    "queued.max.messages.kbytes": 16_384,
}


def new_producer(
    address: KafkaAddress, client_log: ClientLog, *, seconds: float, most: int, **more: object
) -> Producer:
    """Returns a producer that gives a message up after so many `seconds`, and holds `most` at once."""
    settings = {
        "enable.idempotence": True,
        "linger.ms": 0,
        "message.timeout.ms": round(seconds * 1000),
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": most,
    }
    return Producer(_common(address, client_log) | settings | more | _own(address), logger=client_log.logger)


def hear(producer: Producer, client_log: ClientLog) -> None:
    """Has the producer report what became of messages; never waits or raises.

    The library raises here what is fatal, and does not tell `error_cb` of it.
    """
    try:
        producer.poll(0)
    except KafkaException as error:
        client_log.failed(error.args[0])


def new_consumer(address: KafkaAddress, client_log: ClientLog, group: str, **settings: object) -> Consumer:
    """Returns a consumer of this group, which has subscribed to nothing yet."""
    ours = CONSUMING | {"group.id": group} | settings | _own(address)
    return Consumer(_common(address, client_log) | ours, logger=client_log.logger)


def check(address: KafkaAddress) -> None:
    """Raises `ValueError` if a property in the address is none of librdkafka's, or has a wrong value for a client."""
    client_log = ClientLog("check")
    try:
        new_consumer(address, client_log, address.group).close()
        new_producer(address, client_log, seconds=HINT_SECONDS, most=1)
    except KafkaException as error:
        reason = error.args[0].str()
        # What follows an & in a password looks like a property, and is not shown.
        shown = "one is unknown, or a value has an & that is not %26" if reason.startswith(UNKNOWN) else reason
        raise ValueError(f"must have options that Kafka's client takes: {shown}") from None


def admin_settings(address: KafkaAddress, client_log: ClientLog) -> dict[str, Any]:
    """Returns the settings of a client that makes topics and deletes records."""
    return {**_common(address, client_log), **_own(address), "logger": client_log.logger}


def _common(address: KafkaAddress, client_log: ClientLog) -> dict[str, Any]:
    return {
        **QUICK,
        "bootstrap.servers": address.servers,
        "client.id": "perch",
        "error_cb": client_log.failed,
        "log_level": 5,
    }


def _own(address: KafkaAddress) -> dict[str, Any]:
    return dict(address.properties or {})
