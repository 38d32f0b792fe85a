"""An emulator of SQS, and perhaps of SNS, and clients for it."""

from collections.abc import Mapping
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from cluster.engines.ports import LOCALHOST
from infrastructure.aws.address import Address

if TYPE_CHECKING:
    from types_boto3_sns.client import SNSClient
    from types_boto3_sqs.client import SQSClient

REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests"}
"""An emulator accepts any."""

PATIENT = Config(read_timeout=60.0, connect_timeout=20.0, retries={"total_max_attempts": 1})

_numbers = count(1)


class AwsServer:
    """A server on a port of this machine. Each caller uses queues of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def new_address(self) -> Address:
        """Names of queues that nobody else in this process has."""
        return Address(REGION, f"perch-test-{next(_numbers)}")

    def settings(self, port: int | None = None) -> dict[str, str]:
        """The environment with which boto3 finds the server, on this port or that of a proxy."""
        return {"AWS_ENDPOINT_URL": f"http://{LOCALHOST}:{port or self.port}", **CREDENTIALS}

    def sqs(self) -> "closing[SQSClient]":
        """A patient client, to be closed."""
        return closing(self._session().client("sqs", endpoint_url=self.settings()["AWS_ENDPOINT_URL"], config=PATIENT))

    def sns(self) -> "closing[SNSClient]":
        """A patient client, to be closed."""
        return closing(self._session().client("sns", endpoint_url=self.settings()["AWS_ENDPOINT_URL"], config=PATIENT))

    def depth(self, queue: str) -> Mapping[str, int]:
        """How many messages of the queue can be taken (`visible`), and how many are taken (`taken`)."""
        with self.sqs() as client:
            url = client.get_queue_url(QueueName=queue)["QueueUrl"]
            found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return {
            "visible": int(found["ApproximateNumberOfMessages"]),
            "taken": int(found["ApproximateNumberOfMessagesNotVisible"]),
        }

    def send(self, queue: str, *bodies: str) -> None:
        """Sends messages straight to the queue."""
        with self.sqs() as client:
            url = client.get_queue_url(QueueName=queue)["QueueUrl"]
            for first in range(0, len(bodies), 10):
                some = bodies[first : first + 10]
                client.send_message_batch(
                    QueueUrl=url, Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(some)]
                )

    @staticmethod
    def _session() -> boto3.session.Session:
        return boto3.session.Session("tests", "tests", region_name=REGION)
