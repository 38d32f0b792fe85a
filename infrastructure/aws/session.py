"""Clients of boto3 with time-outs, and what their errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from domain.errors import Unavailable
from infrastructure.outside.circuit import NoAnswer

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
"""The time-out of a request that is answered at once."""

MISSING = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "NotFoundException"}


class Missing(Unavailable):
    """There is no such queue or topic."""


def open_session(region: str) -> Session:
    """Returns a session with the credentials that boto3 finds: in variables, files, or the role of the machine."""
    return Session(region_name=region)


def config(answer_seconds: float = ANSWER_SECONDS) -> Config:
    """Returns the time-outs of a client. It repeats nothing: its user knows what a request is worth."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=answer_seconds,
        retries={"total_max_attempts": 1},
        tcp_keepalive=True,
    )


@contextmanager
def asking(service: str) -> Iterator[None]:
    """Raises `Unavailable`, with the name of the service, for each error of boto3 in the context.

    A refusal is one, too: what a process may not do must be seen, and whoever is throttled must ask less often.
    """
    try:
        yield
    except ClientError as error:
        kind = Missing if error.response.get("Error", {}).get("Code") in MISSING else Unavailable
        raise kind(f"{service} refuses: {error}") from error
    except ReadTimeoutError as error:
        raise NoAnswer(f"{service} does not answer: {error}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{service} cannot be asked: {error}") from error
