"""A queue of SQS by name."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from infrastructure.aws.session import ANSWER_SECONDS, ask, config, configuring

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_sqs.client import SQSClient
    from types_boto3_sqs.literals import QueueAttributeNameType
    from types_boto3_sqs.type_defs import MessageTypeDef, SendMessageBatchRequestEntryTypeDef

SERVICE = "SQS"
BATCH = 10
"""The most messages in a request."""

BATCH_BYTES = 250_000
"""The longest bodies in a request: SQS takes 256 KiB everywhere, and this leaves room for attributes."""

WAIT_SECONDS = 2
"""The longest wait for a message, and so about the longest stop of a thread that waits. An idle process asks as often,
which is 1.3 million requests in a month."""

Item = TypeVar("Item")


def open_client(session: "Session") -> "SQSClient":
    """Returns a client for all threads, which asks nothing yet; raises `ValueError` as `open_session` does."""
    with configuring():
        return session.client("sqs", config=config(ANSWER_SECONDS + WAIT_SECONDS))


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send, with its attributes."""

    body: str
    attributes: Mapping[str, str]


class Queue:
    """Sends, receives, keeps and deletes messages, in batches; for any number of threads.

    All methods raise `Unavailable`, and `Missing` if there is no such queue.
    """

    def __init__(self, client: "SQSClient", name: str) -> None:
        """Asks nothing yet."""
        self.name = name
        self._client = client
        self._url = ""
        self._arn = ""

    def url(self) -> str:
        """Returns the address of the queue, for which SQS is asked once."""
        if not self._url:
            self._url = ask(SERVICE, lambda: self._client.get_queue_url(QueueName=self.name)["QueueUrl"])
        return self._url

    def arn(self) -> str:
        """Returns the name of the queue among all of AWS, for which SQS is asked once."""
        if not self._arn:
            self._arn = self._attribute("QueueArn")
        return self._arn

    def depth(self) -> int:
        """Returns about how many messages can be received now."""
        return int(self._attribute("ApproximateNumberOfMessages"))

    def _attribute(self, name: "QueueAttributeNameType") -> str:
        url = self.url()
        return ask(
            SERVICE,
            lambda: self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name],
        )

    def make(self, attributes: "Mapping[QueueAttributeNameType, str]") -> None:
        """Makes the queue if it is not there, and sets these attributes in any case."""
        self._url = ask(SERVICE, lambda: self._client.create_queue(QueueName=self.name)["QueueUrl"])
        ask(SERVICE, self._client.set_queue_attributes, QueueUrl=self._url, Attributes=attributes)

    def receive(self, visibility_seconds: int, limit: int = BATCH) -> "Sequence[MessageTypeDef]":
        """Takes at most ten messages, which nobody else gets for `visibility_seconds`; waits for the first one."""
        url = self.url()
        answer = ask(
            SERVICE,
            self._client.receive_message,
            QueueUrl=url,
            MaxNumberOfMessages=min(limit, BATCH),
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=visibility_seconds,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp", "DeadLetterQueueSourceArn"],
        )
        return answer.get("Messages", [])

    def send(self, messages: Sequence[Message]) -> set[int]:
        """Sends messages; returns the positions of those that SQS took. What is too long for a request is not sent."""
        url, taken = self.url(), set()
        for some in _by_size(messages):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [_entry(number, messages[number]) for number in some]
            answer = ask(SERVICE, self._client.send_message_batch, QueueUrl=url, Entries=entries)
            taken |= {int(each["Id"]) for each in answer.get("Successful", [])}
        return taken

    def delete(self, handles: Iterable[str]) -> None:
        """Deletes messages by the handles with which they were received. One whose handle is outdated may stay."""
        url = self.url()
        for some in batches(handles):
            ask(
                SERVICE,
                self._client.delete_message_batch,
                QueueUrl=url,
                Entries=[{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(some)],
            )

    def keep(self, handles: Iterable[str], visibility_seconds: int, until: float = float("inf")) -> None:
        """Keeps messages from others for `visibility_seconds` from now; with 0 others get them at once.

        Begins no request after the monotonic time `until`.
        """
        url = self.url()
        for some in batches(handles):
            if time.monotonic() > until:
                return
            ask(
                SERVICE,
                self._client.change_message_visibility_batch,
                QueueUrl=url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": visibility_seconds}
                    for number, handle in enumerate(some)
                ],
            )

    def close(self) -> None:
        """Closes the connections of the client, which queues may share."""
        self._client.close()


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yields the items ten at a time."""
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some


def _by_size(messages: Sequence[Message]) -> Iterator[list[int]]:
    """Yields the positions of messages that fit into one request, without those that fit into none."""
    some: list[int] = []
    size = 0
    for number, message in enumerate(messages):
        length = len(message.body.encode())
        if length > BATCH_BYTES:
            continue
        if some and (len(some) == BATCH or size + length > BATCH_BYTES):
            yield some
            some, size = [], 0
        some.append(number)
        size += length
    if some:
        yield some


def _entry(number: int, message: Message) -> "SendMessageBatchRequestEntryTypeDef":
    return {
        "Id": str(number),
        "MessageBody": message.body,
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items()
        },
    }
