"""A Kafka broker, and topics for each of its users."""

import uuid

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from cluster.engines.closed import Closed

ANSWER_SECONDS = 30.0


class KafkaServer(Closed):
    """A broker that runs already at these addresses."""

    def __init__(self, servers: str) -> None:
        self.servers = servers

    def new_url(self, **options: object) -> str:
        """An `EVENTS_URL` with a prefix that nobody else has; its topics are not there yet."""
        return self.url(f"test-{uuid.uuid4().hex[:12]}", **options)

    def url(self, prefix: str, **options: object) -> str:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"kafka://{self.servers}/{prefix}?{query}"

    def send(self, topic: str, *values: bytes | None, key: str | None = None, partition: int = -1) -> None:
        """Writes these messages, whatever they are; returns when the broker has them."""
        failed: list[object] = []
        producer = Producer({"bootstrap.servers": self.servers, "queue.buffering.max.messages": 1_000_000})
        for value in values:
            producer.produce(
                topic, value, key, partition, on_delivery=lambda error, _: failed.append(error) if error else None
            )
        assert producer.flush(ANSWER_SECONDS) == 0
        assert not failed, failed

    def messages(self, topic: str) -> list[Message]:
        """All messages that the topic has, partition by partition."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "tests", "enable.auto.commit": False})
        found: list[Message] = []
        try:
            for partition in consumer.list_topics(topic, ANSWER_SECONDS).topics[topic].partitions:
                found += _messages_in(consumer, topic, partition)
        finally:
            consumer.close()
        return found

    def delete(self, *topics: str) -> None:
        """Deletes these topics."""
        for deletion in AdminClient({"bootstrap.servers": self.servers}).delete_topics(list(topics)).values():
            deletion.result(ANSWER_SECONDS)

    def committed(self, topic: str, group: str, partitions: int) -> list[int]:
        """What the group has committed in each partition; negative where it has not."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": group})
        try:
            wanted = [TopicPartition(topic, partition) for partition in range(partitions)]
            return [each.offset for each in consumer.committed(wanted, ANSWER_SECONDS)]
        finally:
            consumer.close()

    def close(self) -> None:
        """Leaves the server as it is."""


def _messages_in(consumer: Consumer, topic: str, partition: int) -> list[Message]:
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), ANSWER_SECONDS)
    consumer.assign([TopicPartition(topic, partition, low)])
    found: list[Message] = []
    while low + len(found) < high:
        message = consumer.poll(ANSWER_SECONDS)
        assert message is not None, f"no message after {len(found)} of {high - low}"
        assert message.error() is None, message.error()
        found.append(message)
    return found
