"""The side that sends hints."""

import threading

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from domain.events import TweetCreated
from infrastructure.background import BackgroundThread
from infrastructure.counts import QueueCounts
from infrastructure.events.codec import encode
from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog
from infrastructure.kafka.clients import HINT_SECONDS, new_producer

POLL_SECONDS = 0.1

CLOSE_SECONDS = 2.0
"""At the end, hints that are on their way have so long to arrive."""


class KafkaEvents:
    """Gives hints to the client library, which sends them in threads of its own. A thread reads what became of them.

    A hint is dropped if `capacity` hints wait for the broker, or if no broker takes it in time: its row falls due. The
    lock protects the counts.
    """

    def __init__(self, address: KafkaAddress, capacity: int) -> None:
        self._address = address
        self._capacity = capacity
        self._log = ClientLog("send")
        self._lock = threading.Lock()
        self._sent = self._dropped = 0
        self._producer = self._new_producer()
        self.thread = BackgroundThread("kafka-reports", self._poll)
        self.thread.start()

    def hint(self, event: TweetCreated) -> None:
        """Sends the hint on its way; never waits or raises."""
        try:
            self._producer.produce(self._address.topic, encode(event), event.author_id, on_delivery=self._reported)
        except BufferError:
            self._drop("The buffer is full.")
        except KafkaException as error:
            self._drop(error.args[0].str())

    def counts(self) -> QueueCounts:
        with self._lock:
            sent, dropped = self._sent, self._dropped
        return QueueCounts(len(self._producer), self._capacity, dropped, sent)

    def close(self) -> None:
        """Waits for what is on its way, for `CLOSE_SECONDS` at most, and ends the thread."""
        self.thread.stop(CLOSE_SECONDS)
        self._producer.flush(CLOSE_SECONDS)
        # What is left would be waited for when the client goes.
        self._producer.purge()
        self._producer.poll(0)

    def _new_producer(self) -> Producer:
        return new_producer(self._address, self._log, seconds=HINT_SECONDS, most=self._capacity)

    def _poll(self) -> None:
        self._producer.poll(POLL_SECONDS)
        if self._log.is_fatal:
            # An idempotent client refuses to go on after it lost track of what the broker has.
            self._log.is_fatal = False
            self._producer.purge()
            self._producer = self._new_producer()

    def _reported(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            with self._lock:
                self._sent += 1
            self._log.works()
            return
        self._drop(error.str())

    def _drop(self, reason: str) -> None:
        with self._lock:
            self._dropped += 1
        self._log.dropped(reason)
