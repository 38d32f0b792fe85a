"""Sends hints to the topic."""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from domain.errors import Unavailable
from domain.events import TweetCreated
from infrastructure.aws.queue import BATCH, Queue
from infrastructure.aws.session import ask, configuring
from infrastructure.background import BackgroundThread
from infrastructure.counts import QueueCounts
from infrastructure.events.codec import encode
from infrastructure.outside.circuit import Circuit

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_sns.client import SNSClient

SERVICE = "SNS"
WAIT_SECONDS = 0.5
"""The thread looks so often whether it is to stop."""


def open_client(session: "Session") -> "SNSClient":
    """Returns a client for all threads, which asks nothing yet; raises `ValueError` as `open_session` does."""
    with configuring():
        return session.client("sns")


class SnsEvents:
    """Puts hints into a bounded queue, which a thread publishes in batches of ten.

    A hint is dropped if the queue is full, and if SNS does not take it at the first attempt: by the second its outbox
    row would be due. While SNS does not answer, all are dropped at once but for one batch a second. The lock protects
    the numbers of hints.
    """

    def __init__(self, client: "SNSClient", main: Queue, capacity: int) -> None:
        """Asks nothing yet. The topic has the name of the main queue, and belongs to the same account."""
        self._client = client
        self._main = main
        self._queue: queue.Queue[TweetCreated] = queue.Queue(capacity)
        self._lock = threading.Lock()
        self._sent = self._dropped = 0
        self.circuit = Circuit("sns")
        self.thread = BackgroundThread("sns-publish", self._publish, gives_way=False)

    def hint(self, event: TweetCreated) -> None:
        """Puts the hint into the queue without waiting, or drops it if the queue is full."""
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            self._count(0, 1)

    def counts(self) -> QueueCounts:
        with self._lock:
            return QueueCounts(self._queue.qsize(), self._queue.maxsize, self._dropped, self._sent)

    def close(self, timeout: float) -> None:
        """Stops the thread, within about `timeout` seconds; hints in the queue are lost."""
        self.thread.stop(timeout)
        self._client.close()
        self._main.close()

    def _publish(self) -> None:
        bodies = [encode(event).decode() for event in self._waiting()]
        if bodies:
            sent = 0
            try:
                # Without a pause after an error, so that what waits is dropped at once, and nobody gets it late.
                with suppress(Unavailable):
                    sent = self.circuit.call(lambda: self._sent_of(bodies))
            finally:
                self._count(sent, len(bodies) - sent)

    def _waiting(self) -> Iterator[TweetCreated]:
        with suppress(queue.Empty):
            yield self._queue.get(timeout=WAIT_SECONDS)
            for _ in range(BATCH - 1):
                yield self._queue.get_nowait()

    def _sent_of(self, bodies: list[str]) -> int:
        """Returns how many SNS took."""
        answer = ask(
            SERVICE,
            self._client.publish_batch,
            TopicArn=topic_of(self._main.arn()),
            PublishBatchRequestEntries=[{"Id": str(number), "Message": body} for number, body in enumerate(bodies)],
        )
        return len(answer.get("Successful", []))

    def _count(self, sent: int, dropped: int) -> None:
        with self._lock:
            self._sent += sent
            self._dropped += dropped


def topic_of(queue_arn: str) -> str:
    """Returns the topic with the queue's name, in its account and region."""
    return queue_arn.replace(":sqs:", ":sns:", 1)
