"""Opens both sides of the hints in SNS and SQS, and the dead events."""

from contextlib import closing
from typing import TYPE_CHECKING

from domain.errors import Unavailable
from infrastructure.aws import queue, sending
from infrastructure.aws.address import Address, parse_address
from infrastructure.aws.dead_events import SqsDeadEvents
from infrastructure.aws.preparing import make_queues, make_topic
from infrastructure.aws.queue import Queue
from infrastructure.aws.sending import SnsEvents
from infrastructure.aws.session import Missing, open_session
from infrastructure.aws.taking import VISIBILITY_SECONDS, SqsSource
from infrastructure.events.broker import Broker
from infrastructure.events.dead import DeadEvents
from infrastructure.events.no_hints import NoHints

if TYPE_CHECKING:
    from boto3.session import Session

CLOSE_SECONDS = 5.0
"""A wait for hints ends within this time."""


def open_sending(url: str, capacity: int) -> Broker:
    """Opens the sending side, which asks nothing yet. Raises `ValueError` with what the URL must be."""
    address = parse_address(url)
    session = open_session(address.region)
    main, _ = _queues(session, address)
    events = SnsEvents(sending.open_client(session), main, capacity)
    events.thread.start()
    return Broker(events, NoHints(), [events.thread], lambda: events.close(CLOSE_SECONDS), [events.circuit])


def open_taking(url: str, capacity: int, visibility_seconds: int = VISIBILITY_SECONDS) -> Broker:
    """Opens the taking side, also while SQS does not answer.

    Raises `ValueError` with what the URL must be, also if SQS answers that there is no such queue.
    """
    address = parse_address(url)
    main, dead = _queues(open_session(address.region), address)
    if missing := _missing(main, dead):
        main.close()
        raise ValueError(
            f"names a queue that is not there: {address.region} has no {missing}; run `python -m app migrate`"
        )
    source = SqsSource(main, dead, capacity, visibility_seconds)
    for thread in source.threads:
        thread.start()
    return Broker(NoHints(), source, source.threads, lambda: source.close(CLOSE_SECONDS), source.circuits)


def open_dead(url: str) -> DeadEvents:
    """Opens the dead events, and asks nothing yet. Raises `ValueError` with what the URL must be."""
    address = parse_address(url)
    return SqsDeadEvents(*_queues(open_session(address.region), address))


def prepare(url: str) -> list[str]:
    """Makes what is not there, and brings all to its settings; returns the ARNs of the topic and both queues.

    Raises `Unavailable`, and `ValueError` with what the URL must be.
    """
    address = parse_address(url)
    session = open_session(address.region)
    main, dead = _queues(session, address)
    with closing(main), closing(sending.open_client(session)) as client:
        make_queues(main, dead)
        return [make_topic(client, main), main.arn(), dead.arn()]


def _queues(session: "Session", address: Address) -> tuple[Queue, Queue]:
    client = queue.open_client(session)
    return Queue(client, address.queue), Queue(client, address.dead_queue)


def _missing(*queues: Queue) -> str | None:
    """Returns the first queue of which SQS says that it is not there; the thread tells if SQS does not answer."""
    for each in queues:
        try:
            each.url()
        except Missing:
            return each.name
        except Unavailable:
            return None
    return None
