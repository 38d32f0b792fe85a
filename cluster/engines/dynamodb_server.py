"""A server of DynamoDB's protocol, and a client for it."""

import time
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from cluster.engines.ports import LOCALHOST
from infrastructure.dynamodb.table import EXPIRES, ID, READER, prepare

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests"}
"""An emulator accepts any."""

SECONDS = 20.0
LOOK_SECONDS = 0.02

_numbers = count(1)


class DynamoServer:
    """A server on a port of this machine, and the table that is used."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.table = "perch-tests"

    @property
    def url(self) -> str:
        return self.url_through(self.port)

    def url_through(self, port: int) -> str:
        """The URL through this port of 127.0.0.1, where a proxy listens."""
        return f"http://{LOCALHOST}:{port}"

    def settings(self, port: int | None = None) -> dict[str, str]:
        """The environment with which a process finds the table, on this port or that of a proxy."""
        return {
            "TIMELINES_URL": f"dynamodb://{REGION}/{self.table}",
            "AWS_ENDPOINT_URL": self.url_through(port or self.port),
            **CREDENTIALS,
        }

    @cached_property
    def client(self) -> "DynamoDBClient":
        """A patient client."""
        config = Config(
            read_timeout=SECONDS, connect_timeout=SECONDS, retries={"total_max_attempts": 3, "mode": "standard"}
        )
        session = boto3.session.Session("tests", "tests", region_name=REGION)
        return session.client("dynamodb", endpoint_url=self.url, config=config)

    def prepare(self) -> None:
        """Makes the table, if it is absent."""
        prepare(self.client, self.table, sleep=lambda _: time.sleep(LOOK_SECONDS))

    def empty(self) -> None:
        """Begins another table, because to remove one takes long."""
        self.table = f"perch-tests-{next(_numbers)}"
        self.prepare()

    def items(self) -> list[dict[str, Any]]:
        """All items of the table, with plain values."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        return [{name: _plain(value) for name, value in item.items()} for item in items]

    def expire(self, now_ms: int) -> int:
        """Removes the items that have expired by then, as the real one does some time later; returns their number."""
        expired = [item for item in self.items() if item[EXPIRES] <= now_ms // 1000]
        self.remove(expired)
        return len(expired)

    def remove(self, items: list[dict[str, Any]]) -> None:
        for item in items:
            self.client.delete_item(TableName=self.table, Key={READER: {"S": item[READER]}, ID: {"N": str(item[ID])}})


def _plain(value: Any) -> str | int:  # noqa: ANN401 - a value of any type
    [(type_, text)] = value.items()
    return int(text) if type_ == "N" else str(text)
