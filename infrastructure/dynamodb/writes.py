"""Writes of many items, which go on until DynamoDB has taken them all or too much time has passed."""

import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from infrastructure.dynamodb.client import ANSWER_SECONDS, Throttled, ask
from infrastructure.dynamodb.senders import Senders
from infrastructure.outside.circuit import NoTime, Refused
from infrastructure.time_left import seconds_left

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestOutputTypeDef, WriteRequestTypeDef

    WriteRequest = WriteRequestTypeDef | WriteRequestOutputTypeDef

BATCH = 25
"""The most items of one request (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html)."""

PATIENCE_SECONDS = 2.0
"""A background thread goes on for so long."""

REQUEST_PATIENCE_SECONDS = 0.2
"""A request goes on for so long with items that DynamoDB does not take. Without the write its answer is the same."""

UNPROCESSED: Final = "UnprocessedItems"

FIRST_PAUSE_SECONDS = 0.025
PAUSE_SECONDS_MAX = 0.4

Item = dict[str, "AttributeValueTypeDef"]


class Limits(NamedTuple):
    """The monotonic times after which no request is begun, and nothing that was not taken is sent again."""

    begin_by: float
    again_by: float

    @classmethod
    def of_this_thread(cls) -> Self:
        now, left = time.monotonic(), seconds_left()
        if left > PATIENCE_SECONDS:
            return cls(now + PATIENCE_SECONDS, now + PATIENCE_SECONDS)
        return cls(now + left - ANSWER_SECONDS, now + REQUEST_PATIENCE_SECONDS)


class Writes:
    """Puts items into one table. Each key is in one call once at most, and putting an item twice changes nothing."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        senders: Senders,
        *,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._senders = senders
        self._chance = chance
        self._sleep = sleep

    def put(self, items: Sequence[Item]) -> None:
        """Puts all items, several batches at once; raises `Unavailable`, and then some may be there."""
        limits = Limits.of_this_thread()
        batches = [items[at : at + BATCH] for at in range(0, len(items), BATCH)]
        self._senders.do_all([partial(self._put, batch, limits) for batch in batches])

    def _put(self, items: Sequence[Item], limits: Limits) -> None:
        left: Sequence[WriteRequest] = [{"PutRequest": {"Item": item}} for item in items]
        for attempt in count():
            if time.monotonic() > limits.begin_by:
                raise NoTime("There is no time left to write to DynamoDB.")
            left = self._left_of(left)
            if not left:
                return
            # A random part of the pause, so that those who were refused together do not come back together.
            pause = self._chance() * min(PAUSE_SECONDS_MAX, FIRST_PAUSE_SECONDS * 2**attempt)
            if time.monotonic() + pause > limits.again_by:
                raise Refused("DynamoDB does not take all writes now.")
            self._sleep(pause)

    def _left_of(self, requests: "Sequence[WriteRequest]") -> "Sequence[WriteRequest]":
        try:
            answer = ask(lambda: self._client.batch_write_item(RequestItems={self._table: requests}), UNPROCESSED)
        except Throttled:
            return requests
        return answer[UNPROCESSED].get(self._table, [])
