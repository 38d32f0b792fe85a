"""The address of a queue."""

import pytest

from infrastructure.aws.address import Address, parse_address
from infrastructure.aws.sending import topic_of


def test_an_address_names_region_queue_and_dead_letter_queue() -> None:
    address = parse_address("sqs://eu-central-1/perch-tweet-created")
    assert address == Address("eu-central-1", "perch-tweet-created")
    assert address.dead_queue == "perch-tweet-created-dlq"


@pytest.mark.parametrize(
    "url",
    [
        *("", "sqs://", "sqs://eu-central-1", "sqs://eu-central-1/", "sqs://eu-central-1/a/b", "sqs://EU/queue"),
        *("sqs://key:secret@eu-central-1/queue", "sqs://eu-central-1/queue.fifo", f"sqs://eu-central-1/{'q' * 77}"),
    ],
)
def test_a_bad_address_is_refused_without_its_value(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must be sqs:// with a region and a queue, for example sqs://[\w/-]+$"):
        parse_address(url)


def test_the_topic_has_the_name_of_the_queue_in_any_partition() -> None:
    assert topic_of("arn:aws:sqs:eu-central-1:123456789012:sqs") == "arn:aws:sns:eu-central-1:123456789012:sqs"
    assert topic_of("arn:aws-cn:sqs:cn-north-1:1:queue") == "arn:aws-cn:sns:cn-north-1:1:queue"
