"""Messages that are no hints go to a topic of their own, with the reason, the time and where they came from."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog
from infrastructure.kafka.clients import DEAD_SECONDS, hear, new_producer
from infrastructure.kafka.progress import Progress

REASON = "reason"
FAILED_AT_MS = "failed_at_ms"
ORIGIN = "origin"

BODY_BYTES_MAX = 100_000
KEY_BYTES_MAX = 1000
"""What is longer is cut: it is far too long for a hint, and so is no loss."""

ON_THEIR_WAY_MAX = 10_000
CLOSE_SECONDS = 1.0

Receipt = tuple[Progress, int]


class _Unsent(NamedTuple):
    body: bytes
    key: bytes | None
    headers: list[tuple[str, str | bytes | None]]
    receipt: Receipt


class DeadEventSender:
    """Gives dead events to the broker until it has stored them. Only one thread at a time may call the methods."""

    def __init__(self, address: KafkaAddress, client_log: ClientLog, stored: Callable[[Receipt], object]) -> None:
        """`stored` is told the receipt of each one that the broker has."""
        self._topic = address.dead_topic
        self._log = client_log
        self._stored = stored
        self._to_send: deque[_Unsent] = deque()
        self._address = address
        self._producer = self._new_producer()

    def _new_producer(self) -> Producer:
        return new_producer(self._address, self._log, seconds=DEAD_SECONDS, most=ON_THEIR_WAY_MAX)

    def give(self, message: Message, reason: str, receipt: Receipt) -> None:
        """Takes the message as a dead event; `work` sends it."""
        origin = f"{message.topic()}[{message.partition()}]@{message.offset()}"
        headers: list[tuple[str, str | bytes | None]] = [
            (REASON, reason),
            (FAILED_AT_MS, str(time.time_ns() // 1_000_000)),
            (ORIGIN, origin),
        ]
        # With headers, a message of the largest size would be too large for the topic.
        body, key = (message.value() or b"")[:BODY_BYTES_MAX], (message.key() or b"")[:KEY_BYTES_MAX]
        self._to_send.append(_Unsent(body, key or None, headers, receipt))

    def waiting(self) -> int:
        """Returns the number of those that the broker has not stored yet."""
        return len(self._to_send) + len(self._producer)

    def work(self) -> None:
        """Sends what waits, and hears what became of what was sent."""
        while self._to_send and self._send(self._to_send[0]):
            self._to_send.popleft()
        hear(self._producer, self._log)
        if self._log.is_fatal:
            # What was on its way is reported as not stored, and waits for the new one.
            self._log.is_fatal = False
            self._purge()
            self._producer = self._new_producer()

    def _purge(self) -> None:
        self._producer.purge()
        hear(self._producer, self._log)

    def _send(self, dead: _Unsent) -> bool:
        def reported(error: KafkaError | None, _: Message) -> None:
            if error is None:
                self._stored(dead.receipt)
            else:
                self._log.trouble(f"A dead event was not stored: {error.str()}")
                self._to_send.append(dead)

        try:
            self._producer.produce(self._topic, dead.body, dead.key, headers=dead.headers, on_delivery=reported)
        except BufferError:
            return False
        except KafkaException as error:
            self._log.trouble(f"A dead event was not sent: {error.args[0].str()}")
            return False
        return True

    def close(self) -> None:
        """Waits for what is on its way; what the broker has not stored is taken again by another worker."""
        with suppress(KafkaException):
            self._producer.flush(CLOSE_SECONDS)
        self._purge()
