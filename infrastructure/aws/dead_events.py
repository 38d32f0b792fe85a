"""The dead-letter queue: what workers could not read, and what SQS moved there because nobody finished it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from domain.errors import Unavailable
from infrastructure.aws.queue import BATCH, Message, Queue
from infrastructure.events.dead import DeadEvent, time_of

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef

REASON, FAILED_AT, ORIGIN = "reason", "failed_at_ms", "origin"
"""The attributes of a message that a worker sent there."""

NOT_FINISHED = "Workers took it as often as the queue allows, and none finished it."

LOOK_SECONDS = 120
"""What is looked at is nobody else's for so long, if the command is interrupted."""

AT_ONCE = 500
"""The most that are in memory at once."""


def dead_event(body: str, reason: str, now_ms: int, origin: str) -> Message:
    """Returns the message for the dead-letter queue; its own attributes are those above."""
    return Message(body, {REASON: reason, FAILED_AT: str(now_ms), ORIGIN: origin})


class SqsDeadEvents:
    """The messages in the dead-letter queue, about oldest first. All methods raise `Unavailable`."""

    def __init__(self, main: Queue, dead: Queue) -> None:
        """Asks nothing yet."""
        self._main = main
        self._dead = dead

    def show(self, limit: int) -> Iterator[DeadEvent]:
        """Yields at most `limit` of them, and puts them back."""
        shown: list[str] = []
        try:
            for message in self._received(limit):
                shown.append(message["ReceiptHandle"])
                yield _event(message)
        finally:
            with suppress(Unavailable):
                self._dead.keep(shown, 0)

    def redrive(self, limit: int) -> int:
        """Sends at most `limit` to the main queue, and then deletes them; returns their number."""
        return sum(map(self._redrive, self._rounds(limit)))

    def drop(self, limit: int) -> int:
        """Deletes at most `limit`; returns their number."""
        return sum(map(self._drop, self._rounds(limit)))

    def close(self) -> None:
        """Closes the connections."""
        self._main.close()

    def _redrive(self, found: "list[MessageTypeDef]") -> int:
        sent = self._main.send([Message(message["Body"], {}) for message in found])
        return self._drop([found[number] for number in sorted(sent)])

    def _drop(self, found: "list[MessageTypeDef]") -> int:
        self._dead.delete(message["ReceiptHandle"] for message in found)
        return len(found)

    def _rounds(self, limit: int) -> "Iterator[list[MessageTypeDef]]":
        """Takes about what is there now, in parts, and so none that comes back meanwhile again and again."""
        left = min(limit, self._dead.depth() or BATCH)
        while left > 0 and (found := list(self._received(min(left, AT_ONCE)))):
            yield found
            left -= len(found)

    def _received(self, limit: int) -> "Iterator[MessageTypeDef]":
        seen: set[str] = set()
        while len(seen) < limit:
            messages = self._dead.receive(LOOK_SECONDS, limit - len(seen))
            fresh = [message for message in messages if message["MessageId"] not in seen]
            if not fresh:
                return
            seen |= {message["MessageId"] for message in fresh}
            yield from fresh


def _event(message: "MessageTypeDef") -> DeadEvent:
    written = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    known = message.get("Attributes", {})
    return DeadEvent(
        message["Body"].encode(),
        written.get(REASON, NOT_FINISHED),
        time_of(written.get(FAILED_AT, ""), time_of(known.get("SentTimestamp", ""), 0)),
        written.get(ORIGIN) or known.get("DeadLetterQueueSourceArn", ""),
    )
