"""The dead-letter queue: what workers could not read, and what SQS moved there because nobody finished it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from domain.errors import Unavailable
from infrastructure.aws.queue import Letter, Queue
from infrastructure.events.dead import DeadEvent

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef

REASON, FAILED_AT, ORIGIN = "reason", "failed_at_ms", "origin"
"""The attributes of a message that a worker sent there."""

NOT_FINISHED = "Workers took it as often as the queue allows, and none finished it."

LOOK_SECONDS = 120
"""What is looked at is nobody else's for so long, if the command is interrupted."""


def letter(body: str, reason: str, now_ms: int, origin: str) -> Letter:
    """Returns the message for the dead-letter queue; its own attributes are those above."""
    return Letter(body, {REASON: reason, FAILED_AT: str(now_ms), ORIGIN: origin})


class SqsDeadEvents:
    """The messages in the dead-letter queue, about oldest first. All methods raise `Unavailable`."""

    def __init__(self, main: Queue, dead: Queue) -> None:
        """Asks nothing yet."""
        self._main = main
        self._dead = dead

    def show(self, limit: int) -> Iterator[DeadEvent]:
        """Yields at most `limit` of them, and puts them back."""
        found = self._found(limit)
        try:
            for message in found:
                yield _event(message)
        finally:
            with suppress(Unavailable):
                self._dead.keep(_handles(found), 0)

    def redrive(self, limit: int) -> int:
        """Sends at most `limit` to the main queue, and then deletes them; returns their number."""
        found = self._found(limit)
        sent = self._main.send([Letter(message["Body"], {}) for message in found])
        self._dead.delete(_handles(found[number] for number in sorted(sent)))
        return len(sent)

    def drop(self, limit: int) -> int:
        """Deletes at most `limit`; returns their number."""
        found = self._found(limit)
        self._dead.delete(_handles(found))
        return len(found)

    def close(self) -> None:
        """Does nothing: there are no threads."""

    def _found(self, limit: int) -> "Sequence[MessageTypeDef]":
        """Takes at most `limit` into memory, and so none that comes back meanwhile for the same reason."""
        found: dict[str, MessageTypeDef] = {}
        while len(found) < limit:
            messages = self._dead.receive(LOOK_SECONDS, limit - len(found))
            if not any(message["MessageId"] not in found for message in messages):
                break
            found |= {message["MessageId"]: message for message in messages}
        return list(found.values())


def _handles(messages: "Iterable[MessageTypeDef]") -> Iterator[str]:
    return (message["ReceiptHandle"] for message in messages)


def _event(message: "MessageTypeDef") -> DeadEvent:
    written = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    known = message.get("Attributes", {})
    failed_at = written.get(FAILED_AT) or known.get("SentTimestamp", "0")
    return DeadEvent(
        message["Body"].encode(),
        written.get(REASON, NOT_FINISHED),
        int(failed_at) if failed_at.isdecimal() else 0,
        written.get(ORIGIN) or known.get("DeadLetterQueueSourceArn", ""),
    )
