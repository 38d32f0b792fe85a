"""The topics, which `migrate` makes."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined] # as in its manual

from domain.errors import Unavailable
from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog
from infrastructure.kafka.clients import admin_settings

ANSWER_SECONDS = 20.0

HINTS_KEPT_MS = 3_600_000
"""Hints are kept for an hour: their outbox rows fall due within seconds."""

FOR_EVER = "-1"


def make_topics(address: KafkaAddress, answer_seconds: float = ANSWER_SECONDS) -> list[str]:
    """Makes the topics that are not there yet, and returns both names; raises `Unavailable`.

    A topic that is there stays as it is. Dead events are in one partition, in their order, and are kept for ever.
    """
    admin = AdminClient(admin_settings(address, ClientLog("migrate")))
    wanted = [
        _topic(address, address.topic, address.partitions, str(HINTS_KEPT_MS)),
        _topic(address, address.dead_topic, 1, FOR_EVER),
    ]
    for made in admin.create_topics(wanted, request_timeout=answer_seconds).values():
        try:
            made.result(answer_seconds)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise Unavailable(f"Kafka makes no topics: {error.args[0].str()}.") from None
        except TimeoutError:
            raise Unavailable("Kafka does not answer.") from None
    return [address.topic, address.dead_topic]


def _topic(address: KafkaAddress, name: str, partitions: int, kept_ms: str) -> NewTopic:
    return NewTopic(name, partitions, address.replication, config={"retention.ms": kept_ms})
