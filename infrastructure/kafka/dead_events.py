"""The dead events in their topic. What is removed is deleted from its beginning."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from confluent_kafka import KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from domain.errors import Unavailable
from infrastructure.events.dead import DeadEvent, time_of
from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog
from infrastructure.kafka.clients import DEAD_SECONDS, admin_settings, new_consumer, new_producer
from infrastructure.kafka.dead_sending import FAILED_AT_MS, ORIGIN, REASON

ANSWER_SECONDS = 10.0
POLL_SECONDS = 0.1

LEADERLESS = ("NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE")

Result = TypeVar("Result")

AT_ONCE = 500
"""Dead events that are redriven before they are deleted."""


class KafkaDeadEvents:
    """Reads the topic of dead events, which has one partition, from its first message. Methods raise `Unavailable`."""

    def __init__(self, address: KafkaAddress) -> None:
        self._address = address
        self._log = ClientLog("dlq")
        self._partition = (address.dead_topic, 0)
        self._consumer = new_consumer(address, self._log, f"{address.group}.dlq", **{"enable.auto.commit": False})
        self._producer = new_producer(address, self._log, seconds=DEAD_SECONDS, most=2 * AT_ONCE)
        self._admin = AdminClient(admin_settings(address, self._log))

    def show(self, limit: int) -> Iterator[DeadEvent]:
        """Yields at most `limit` dead events, and leaves them there."""
        return map(_dead_event, self._messages(limit))

    def redrive(self, limit: int) -> int:
        """Sends at most `limit` dead events to the workers again, and removes them; returns their number."""
        redriven = 0
        batch: list[Message] = []
        for message in self._messages(limit):
            batch.append(message)
            if len(batch) == AT_ONCE:
                redriven += self._redrive(batch)
                batch = []
        return redriven + self._redrive(batch)

    def drop(self, limit: int) -> int:
        """Removes at most `limit` dead events; returns their number."""
        low, high = self._bounds()
        end = min(high, low + limit)
        self._delete_before(end)
        return end - low

    def close(self) -> None:
        self._consumer.close()

    def _messages(self, limit: int) -> Iterator[Message]:
        """Yields what is there now, from the oldest on."""
        low, high = self._bounds()
        end = min(high, low + limit)
        with _unavailable():
            self._consumer.assign([TopicPartition(*self._partition, low)])
        while low < end:
            message = self._next()
            low = (message.offset() or 0) + 1
            if low <= end:
                yield message

    def _next(self) -> Message:
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            message = self._consumer.poll(POLL_SECONDS)
            if message is not None and message.error() is None:
                return message
        raise Unavailable("Kafka does not answer.")

    def _bounds(self) -> tuple[int, int]:
        partition = TopicPartition(*self._partition)
        bounds = _led(lambda: self._consumer.get_watermark_offsets(partition, ANSWER_SECONDS))
        if bounds is None:
            raise Unavailable("Kafka does not answer.")
        low, high = bounds
        return low, high

    def _redrive(self, batch: list[Message]) -> int:
        if not batch:
            return 0
        failed: list[str] = []
        report: Callable[..., None] = lambda error, _: failed.append(error.str()) if error else None  # noqa: E731
        with _unavailable():
            for message in batch:
                self._producer.produce(self._address.topic, message.value(), message.key(), on_delivery=report)
            left = self._producer.flush(ANSWER_SECONDS)
        if failed or left:
            raise Unavailable(f"Kafka did not take all: {failed[0] if failed else 'it does not answer.'}")
        self._delete_before((batch[-1].offset() or 0) + 1)
        return len(batch)

    def _delete_before(self, offset: int) -> None:
        partition = TopicPartition(*self._partition, offset)
        _led(lambda: [each.result(ANSWER_SECONDS) for each in self._admin.delete_records([partition]).values()])


def _dead_event(message: Message) -> DeadEvent:
    headers = {str(header[0]): _text(header[1]) for header in message.headers() or []}
    return DeadEvent(
        message.value() or b"",
        headers.get(REASON, ""),
        time_of(headers.get(FAILED_AT_MS, ""), message.timestamp()[1]),
        headers.get(ORIGIN, ""),
    )


def _text(value: str | bytes | None) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value or ""


def _led(ask: Callable[[], Result]) -> Result:
    """Returns what the leader of the partition answers; waits for one, for a while. Raises `Unavailable`."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            with _unavailable():
                return ask()
        except _NoLeader:
            if time.monotonic() > deadline:
                raise
        time.sleep(POLL_SECONDS)


class _NoLeader(Unavailable):
    """The partition has no leader, as when its topic was made just now."""


@contextmanager
def _unavailable() -> Iterator[None]:
    """Raises `Unavailable` for what the client raises."""
    try:
        yield
    except KafkaException as error:
        kind = _NoLeader if error.args[0].name() in LEADERLESS else Unavailable
        raise kind(f"Kafka: {error.args[0].str()}") from None
    except TimeoutError:
        raise Unavailable("Kafka does not answer.") from None
