"""Clients of boto3 with time-outs, and what their errors mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import botocore.session
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from domain.errors import Unavailable
from infrastructure.outside.circuit import NoAnswer

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
"""The time-out of a request that is answered at once."""

MISSING = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "NotFoundException"}

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Missing(Unavailable):
    """There is no such queue or topic."""


def open_session(region: str) -> Session:
    """Returns a session with the credentials that boto3 finds: in variables, files, or the role of the machine.

    Raises `ValueError` if variables and files contradict each other.
    """
    with configuring():
        return session_with(region, config())


def session_with(region: str, limits: Config) -> Session:
    """Returns a session whose clients have these limits, the one included that fetches credentials (STS).

    Requests fetch credentials when they are old, and botocore would wait for them for minutes.
    """
    session = botocore.session.get_session()
    session.set_default_client_config(limits)
    return Session(region_name=region, botocore_session=session)


@contextmanager
def configuring() -> Iterator[None]:
    """Raises `ValueError`, with what is wrong, where boto3 cannot use what it finds in variables and files."""
    try:
        yield
    except (BotoCoreError, ValueError) as error:
        raise ValueError(f"cannot be used with the settings of AWS here: {str(error).rstrip('.')}") from error


def config(answer_seconds: float = ANSWER_SECONDS) -> Config:
    """Returns the time-outs of a client. It repeats nothing: its user knows what a request is worth."""
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=answer_seconds,
        retries={"total_max_attempts": 1},
        tcp_keepalive=True,
    )


def ask(service: str, method: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """Returns the answer of the client's method to a request that may be repeated, or what `method` takes out of it.

    Raises `Unavailable` with the name of the service, also if the answer is from somebody else, such as a proxy. A
    refusal is one, too: what a process may not do must be seen, and whoever is throttled must ask less often.
    """
    try:
        return twice(method, *args, **kwargs)
    except ClientError as error:
        kind = Missing if error.response.get("Error", {}).get("Code") in MISSING else Unavailable
        raise kind(f"{service} refuses: {error}") from error
    except (ConnectTimeoutError, ReadTimeoutError) as error:
        raise NoAnswer(f"{service} does not answer: {error}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{service} cannot be asked: {error}") from error
    except (KeyError, ResponseParserError) as error:
        raise Unavailable(f"What answers in the place of {service} is not {service}.") from error
    except Exception as error:
        raise odd(service, error) from error


def odd(service: str, error: Exception) -> Unavailable:
    """Returns the error for one that is not botocore's own.

    It lets some through as they are: of credentials that cannot be fetched, and of bodies that are no text or object.
    """
    return Unavailable(f"{service} cannot be asked: {type(error).__name__}: {error}")


def twice(method: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """Returns the answer of the method, called again if its connection was closed: the server may close an idle one."""
    try:
        return method(*args, **kwargs)
    except ConnectionClosedError:
        return method(*args, **kwargs)
