"""Calls to DynamoDB, with a limit on every wait."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

from domain.errors import Unavailable
from infrastructure.aws.session import odd, session_with, twice
from infrastructure.outside.circuit import NoAnswer, NoTime, Refused
from infrastructure.time_left import seconds_left

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

CONNECT_SECONDS = 0.3
"""The longest wait for a connection, with its TLS."""

ANSWER_SECONDS = 0.5
"""The longest wait for an answer. DynamoDB takes milliseconds, and seldom 0.1 s."""

ADMINISTRATION_SECONDS = 10.0
"""The longest wait for a connection or an answer when a table is made."""

THROTTLED = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TooManyRequestsException",
}
"""The error codes of a server that wants fewer requests."""

Answer = TypeVar("Answer", bound=Mapping[str, Any])


class Throttled(Refused):
    """DynamoDB wants fewer requests, on this partition, this table, or by this account."""


def open_client(
    region: str, *, connections: int, endpoint_url: str | None = None, patience: float = 1.0
) -> "DynamoDBClient":
    """Returns a client that keeps so many connections, and repeats nothing. It connects with its first call.

    `endpoint_url` stands for what the environment of AWS says. Each wait may last `patience` times as long as usual.
    """
    return _client(
        region,
        endpoint_url,
        Config(
            connect_timeout=CONNECT_SECONDS * patience,
            read_timeout=ANSWER_SECONDS * patience,
            max_pool_connections=connections,
            retries={"total_max_attempts": 1, "mode": "standard"},
            tcp_keepalive=True,
            # It would take longer than all else that the client does, and only adapters of Perch make requests.
            parameter_validation=False,
        ),
    )


def open_administration(region: str, *, endpoint_url: str | None = None) -> "DynamoDBClient":
    """Returns a client for making tables, which is patient and repeats what fails."""
    return _client(
        region,
        endpoint_url,
        Config(
            connect_timeout=ADMINISTRATION_SECONDS,
            read_timeout=ADMINISTRATION_SECONDS,
            retries={"total_max_attempts": 3, "mode": "standard"},
        ),
    )


def _client(region: str, endpoint_url: str | None, config: Config) -> "DynamoDBClient":
    return session_with(region, config).client("dynamodb", endpoint_url=endpoint_url)


def has_credentials() -> bool:
    """Returns True if there is something to sign requests with: in the environment, in files, or from the machine."""
    try:
        return boto3.session.Session().get_credentials() is not None
    except BotoCoreError:
        return False


def ask(call: Callable[[], Answer], part: str) -> Answer:
    """Returns the answer to a call, which must be one that may be repeated: an old connection may be closed already.

    Every answer of DynamoDB to this call has the part; what has it not is from somebody else, such as a proxy.
    Raises `Unavailable`: `NoAnswer` if a wait was too long, `Throttled`, and `NoTime` if the request that this thread
    answers has none for the call.
    """
    if seconds_left() < ANSWER_SECONDS:
        raise NoTime("The request has no time left to ask DynamoDB.")
    try:
        answer = twice(call)
    except (ConnectTimeoutError, ReadTimeoutError) as error:
        raise NoAnswer("DynamoDB did not answer in time.") from error
    except ClientError as error:
        raise _refusal(error) from error
    except BotoCoreError as error:
        raise Unavailable(f"DynamoDB cannot be asked: {error}") from error
    except Exception as error:
        raise odd("DynamoDB", error) from error
    if part not in answer:
        raise Unavailable("What answers in the place of DynamoDB is not DynamoDB.")
    return answer


def code_of(error: ClientError) -> str:
    """Returns the name of the error, without the namespace."""
    return error.response.get("Error", {}).get("Code", "").rpartition("#")[2]


def _refusal(error: ClientError) -> Unavailable:
    kind = Throttled if code_of(error) in THROTTLED else Unavailable
    return kind(f"DynamoDB refuses: {error}")
