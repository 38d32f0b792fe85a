"""The address of a queue, which also names its topic and its dead-letter queue."""

import re
from dataclasses import dataclass

QUEUE_NAME = "perch-tweet-created"
"""The usual name."""

DEAD = "-dlq"
"""The suffix of the dead-letter queue; SQS allows 80 characters with it."""

_URL = re.compile(r"sqs://(?P<region>[a-z0-9-]{1,30})/(?P<queue>[A-Za-z0-9_-]{1,76})")


@dataclass(frozen=True, slots=True)
class Address:
    """A region and the name of the main queue in it; the topic has the same name."""

    region: str
    queue: str

    @property
    def dead_queue(self) -> str:
        return self.queue + DEAD


def parse_address(url: str) -> Address:
    """Returns the address; raises `ValueError` with what it must be."""
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(f"must be sqs:// with a region and a queue, for example sqs://eu-central-1/{QUEUE_NAME}")
    return Address(match["region"], match["queue"])
