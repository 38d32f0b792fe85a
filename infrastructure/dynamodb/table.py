"""The table: how it is made, and whether this process can use it."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from infrastructure.cannot_use import CannotUse, in_one_line
from infrastructure.dynamodb.client import code_of

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import QueryOutputTypeDef

READER, ID, EXPIRES = "reader", "id", "expires"
"""The attributes of every item. Names count as bytes of each item, so they are short."""

BETWEEN = f"{READER} = :reader AND {ID} BETWEEN :low AND :high"
ITEMS: Final = "Items"
"""The part that every answer to a query has."""

SCHEMA = {READER: ("HASH", "S"), ID: ("RANGE", "N")}

ACTIVE_SECONDS = 120.0
"""A new table is active within seconds, mostly."""

LOOK_SECONDS = 0.5

NOT_ALLOWED = {
    "AccessDeniedException": "these credentials may not use it",
    "ExpiredTokenException": "the credentials have expired",
    "IncompleteSignatureException": "the credentials are not accepted",
    "InvalidSignatureException": "the credentials are not accepted",
    "MissingAuthenticationTokenException": "the credentials are not accepted",
    "UnrecognizedClientException": "the credentials are not accepted",
}
"""The error codes that no other attempt will change."""


def query(client: "DynamoDBClient", table: str, reader: str, first: int, last: int, limit: int) -> "QueryOutputTypeDef":
    """Looks at the newest `limit` items of a partition with ids from `first` to `last`. Errors are the driver's."""
    return client.query(
        TableName=table,
        KeyConditionExpression=BETWEEN,
        ExpressionAttributeValues={":reader": {"S": reader}, ":low": {"N": str(first)}, ":high": {"N": str(last)}},
        ConsistentRead=True,
        ScanIndexForward=False,
        Limit=limit,
    )


def check(client: "DynamoDBClient", table: str) -> None:
    """Raises `CannotUse` if there is no such table, it is of another kind, or the credentials are wrong.

    A DynamoDB that does not answer is no reason: it may come back.
    """
    try:
        query(client, table, "none", 0, 0, 1)
    except ClientError as error:
        code = code_of(error)
        if code == "ResourceNotFoundException":
            raise CannotUse(f"There is no table {table} in DynamoDB: run `python -m app migrate`.") from None
        if code == "ValidationException":
            raise _another_table(table) from None
        if code in NOT_ALLOWED:
            raise _cannot_use(table, error) from None
    except Exception:  # noqa: BLE001, S110 - the first call says why, and botocore lets errors through that are not its own
        pass


def prepare(client: "DynamoDBClient", table: str, sleep: Callable[[float], object] = time.sleep) -> None:
    """Makes the table, unless it is there, waits until it can be used, and lets its items expire.

    Raises `CannotUse`.
    """
    try:
        _create(client, table)
        _wait(client, table, sleep)
        _let_expire(client, table)
    except CannotUse:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        raise _cannot_use(table, error) from None


def _create(client: "DynamoDBClient", table: str) -> None:
    try:
        client.create_table(
            TableName=table,
            KeySchema=[
                {"AttributeName": READER, "KeyType": "HASH"},
                {"AttributeName": ID, "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": READER, "AttributeType": "S"},
                {"AttributeName": ID, "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    except ClientError as error:
        if code_of(error) != "ResourceInUseException":
            raise


def _wait(client: "DynamoDBClient", table: str, sleep: Callable[[float], object]) -> None:
    for _ in range(round(ACTIVE_SECONDS / LOOK_SECONDS)):
        found = client.describe_table(TableName=table)["Table"]
        keys = {key["AttributeName"]: key["KeyType"] for key in found["KeySchema"]}
        types = {each["AttributeName"]: each["AttributeType"] for each in found["AttributeDefinitions"]}
        if {name: (role, types[name]) for name, role in keys.items()} != SCHEMA:
            raise _another_table(table)
        if found["TableStatus"] in ("ACTIVE", "UPDATING"):
            return
        sleep(LOOK_SECONDS)
    raise CannotUse(f"The table {table} in DynamoDB is not active after {ACTIVE_SECONDS:g} s: migrate again later.")


def _let_expire(client: "DynamoDBClient", table: str) -> None:
    found = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if found["TimeToLiveStatus"] in ("ENABLED", "ENABLING"):
        if found["AttributeName"] != EXPIRES:
            raise _another_table(table)
        return
    client.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES})


def _another_table(table: str) -> CannotUse:
    return CannotUse(f"The table {table} in DynamoDB is not one of Perch: name another one in TIMELINES_URL.")


def _cannot_use(table: str, error: Exception) -> CannotUse:
    why = NOT_ALLOWED.get(code_of(error)) if isinstance(error, ClientError) else None
    return CannotUse(f"The table {table} in DynamoDB cannot be used: {why or in_one_line(error)}.")
