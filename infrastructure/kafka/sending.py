"""The side that sends hints."""

import threading
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from domain.events import TweetCreated
from infrastructure.background import BackgroundThread
from infrastructure.counts import QueueCounts
from infrastructure.events.codec import encode
from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog
from infrastructure.kafka.clients import HINT_SECONDS, hear, new_producer

POLL_SECONDS = 0.2

CLOSE_SECONDS = 2.0
"""At the end, hints that are on their way have so long to arrive."""


class KafkaEvents:
    """Gives hints to the client library, which sends them in threads of its own.

    Who gives a hint hears what became of earlier ones: a thread that waits for that would fight for the interpreter
    lock over each hint. A thread looks now and then, for when nobody publishes.

    A hint is dropped if `capacity` hints wait for the broker, or if no broker takes it in time: its row falls due. Only
    that is reported. The lock protects the counts.
    """

    def __init__(self, address: KafkaAddress, capacity: int) -> None:
        self._address = address
        self._capacity = capacity
        self._log = ClientLog("send")
        self._lock = threading.Lock()
        self._accepted = self._lost = self._refused = self._sent = 0
        self._producer = self._new_producer()
        self.thread = BackgroundThread("kafka-reports", self._poll, pause_seconds=POLL_SECONDS)
        self.thread.start()

    def hint(self, event: TweetCreated) -> None:
        """Sends the hint on its way; never waits or raises."""
        try:
            self._producer.produce(self._address.topic, encode(event), event.author_id, on_delivery=self._lose)
        except BufferError:
            self._refuse("The buffer is full.")
        except KafkaException as error:
            self._refuse(error.args[0].str())
        else:
            with self._lock:
                self._accepted += 1
            hear(self._producer, self._log)

    def counts(self) -> QueueCounts:
        hear(self._producer, self._log)
        with self._lock:
            # What is neither waiting nor lost has arrived. For a moment, the client counts other things as waiting too.
            waiting = len(self._producer)
            self._sent = max(self._sent, self._accepted - self._lost - waiting)
            return QueueCounts(waiting, self._capacity, self._lost + self._refused, self._sent)

    def close(self) -> None:
        """Waits for what is on its way, for `CLOSE_SECONDS` at most, and ends the thread."""
        self.thread.stop(CLOSE_SECONDS)
        with suppress(KafkaException):
            self._producer.flush(CLOSE_SECONDS)
        # What is left would be waited for when the client goes.
        self._purge()

    def _new_producer(self) -> Producer:
        return new_producer(
            self._address, self._log, seconds=HINT_SECONDS, most=self._capacity, **{"delivery.report.only.error": True}
        )

    def _purge(self) -> None:
        self._producer.purge()
        hear(self._producer, self._log)

    def _poll(self) -> None:
        before = self._sent
        if self.counts().sent > before:
            self._log.works()
        if self._log.is_fatal:
            # An idempotent client refuses to go on after it lost track of what the broker has.
            self._log.is_fatal = False
            self._purge()
            self._producer = self._new_producer()

    def _lose(self, error: KafkaError | None, _: Message) -> None:
        if error is not None:
            with self._lock:
                self._lost += 1
            self._log.dropped(error.str())

    def _refuse(self, reason: str) -> None:
        with self._lock:
            self._refused += 1
        self._log.dropped(reason)
