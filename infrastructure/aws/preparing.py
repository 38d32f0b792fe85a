"""Makes the topic, the queues, and what leads from one to the other."""

import json
from typing import TYPE_CHECKING

from infrastructure.aws.queue import Queue
from infrastructure.aws.sending import SERVICE
from infrastructure.aws.session import ask
from infrastructure.aws.taking import VISIBILITY_SECONDS

if TYPE_CHECKING:
    from types_boto3_sns.client import SNSClient

MAX_RECEIVE_COUNT = 5
"""SQS moves a message that workers took so often without finishing it to the dead-letter queue."""

RETENTION_SECONDS = 14 * 24 * 3600
"""SQS keeps dead events for so long at most."""


def make_queues(main: Queue, dead: Queue, max_receive_count: int = MAX_RECEIVE_COUNT) -> None:
    """Makes both queues, and lets SQS move what nobody finishes. Raises `Unavailable`."""
    dead.make({"MessageRetentionPeriod": str(RETENTION_SECONDS)})
    policy = {"deadLetterTargetArn": dead.arn(), "maxReceiveCount": str(max_receive_count)}
    main.make({"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": str(VISIBILITY_SECONDS)})


def make_topic(client: "SNSClient", main: Queue) -> str:
    """Makes the topic, and subscribes the queue to it with raw delivery; returns its ARN. Raises `Unavailable`."""
    topic = ask(SERVICE, lambda: client.create_topic(Name=main.name)["TopicArn"])
    main.make({"Policy": json.dumps(_policy(topic, main.arn()))})
    # The same subscription if there is one. It may have other attributes, with which this would be refused.
    queue = main.arn()
    subscription = ask(
        SERVICE,
        lambda: client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, ReturnSubscriptionArn=True)[
            "SubscriptionArn"
        ],
    )
    ask(
        SERVICE,
        client.set_subscription_attributes,
        SubscriptionArn=subscription,
        AttributeName="RawMessageDelivery",
        AttributeValue="true",
    )
    return topic


def _policy(topic: str, queue: str) -> dict[str, object]:
    """Returns who may send to the queue: the topic alone, beside the account that owns it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
