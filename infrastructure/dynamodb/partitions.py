"""The partitions of timelines in one table of DynamoDB.

The partition key is user and generation, and the sort key a tweet id. The head is an item above all tweet ids: a query
that goes down reads the head first and the entries after it, as the protocol wants, and one request has both.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from infrastructure.dynamodb.client import ask
from infrastructure.dynamodb.table import EXPIRES, ID, ITEMS, READER, query
from infrastructure.dynamodb.writes import Item, Writes
from infrastructure.outside.partitioned import Head

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

HEAD_ID = 1 << 63
"""The sort key of the head: larger than every tweet id."""

FLOOR, MARK = "floor", "mark"

ABOVE = 4
"""A query asks for so many entries more, because a first page leaves out what is above its frontier."""


class DynamoPartitions:
    """Reads and writes partitions. Reads are strongly consistent. All methods raise `Unavailable`."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        writes: Writes,
        now_ms: Callable[[], int],
        ttl_seconds: int,
    ) -> None:
        """An item expires `ttl_seconds` after it was put."""
        self._client = client
        self._table = table
        self._writes = writes
        self._now_ms = now_ms
        self._ttl_seconds = ttl_seconds

    def head(self, user_id: str, generation: int) -> Head | None:
        """Returns the head; None before the first merge."""
        items, _ = self._query(_reader(user_id, generation), HEAD_ID, HEAD_ID, 1)
        return _head(items[0]) if items else None

    def view(self, user_id: str, generation: int, low: int, high: int, limit: int) -> tuple[Head, Sequence[int]] | None:
        """Returns the head, and the newest `limit` entries strictly between the bounds; None before the first merge."""
        reader = _reader(user_id, generation)
        items, is_all = self._query(reader, low + 1, HEAD_ID, 1 + limit + ABOVE)
        if not items or _id(items[0]) != HEAD_ID:
            return None
        head = _head(items[0])
        ids = [id_ for id_ in map(_id, items[1:]) if id_ < high][:limit]
        if is_all or len(ids) == limit or high - low < 2:  # noqa: PLR2004 - nothing is between the bounds
            return head, ids
        return head, list(map(_id, self._query(reader, low + 1, high - 1, limit)[0]))

    def _query(self, reader: str, first: int, last: int, limit: int) -> tuple[Sequence[Item], bool]:
        """Returns the newest `limit` items from `first` to `last`, and whether these are all."""
        answer = ask(lambda: query(self._client, self._table, reader, first, last, limit), ITEMS)
        return answer[ITEMS], "LastEvaluatedKey" not in answer

    def add(self, tweet_id: int, readers: Sequence[tuple[str, int]]) -> None:
        """Adds the entry to all these partitions."""
        self._writes.put(self._items((_reader(*reader), tweet_id) for reader in readers))

    def add_all(self, user_id: str, generation: int, tweet_ids: Sequence[int]) -> None:
        """Adds the entries to this partition."""
        reader = _reader(user_id, generation)
        self._writes.put(self._items((reader, tweet_id) for tweet_id in tweet_ids))

    def set_head(self, user_id: str, generation: int, head: Head) -> None:
        """Replaces the head."""
        [item] = self._items([(_reader(user_id, generation), HEAD_ID)])
        floor, mark = head
        self._writes.put([{**item, FLOOR: {"N": str(floor)}, MARK: {"N": str(mark)}}])

    def _items(self, keys: Iterable[tuple[str, int]]) -> list[Item]:
        expires: AttributeValueTypeDef = {"N": str(self._now_ms() // 1000 + self._ttl_seconds)}
        return [{READER: {"S": reader}, ID: {"N": str(id_)}, EXPIRES: expires} for reader, id_ in keys]


def _reader(user_id: str, generation: int) -> str:
    return f"{generation}:{user_id}"


def _id(item: Item) -> int:
    return int(item[ID]["N"])


def _head(item: Item) -> Head:
    return int(item[FLOOR]["N"]), int(item[MARK]["N"])
