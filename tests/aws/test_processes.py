"""Processes with hints through SNS and SQS: what `migrate` makes, a load, and the dead events."""

import json
import signal
import threading
from contextlib import suppress

import pytest

from cluster.engines.own_moto import OwnMoto
from cluster.perch_process import run_app
from infrastructure.aws.address import Address
from tests.aws.crowd import Crowd, total
from tests.aws.migrated import START_SECONDS, migrated, queue_of
from tests.engines.fleet import StartFleet, metrics
from tests.engines.reed98 import compare, load
from tests.engines.test_work import Ask, ask
from tests.engines.until import until
from tests.fakes.aws import url_of

__all__ = ["ask"]

SENT, DROPPED, TAKEN = (f"perch_event_hints_{what}_total" for what in ("sent", "dropped", "taken"))
SECONDS = 60.0
EMPTY = {"visible": 0, "taken": 0}


def test_migrate_makes_topic_queues_and_what_leads_from_one_to_the_other(
    settings: dict[str, str], moto: OwnMoto
) -> None:
    for _ in range(2):
        said = migrated(settings)
    queue = queue_of(settings)
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
    topic = arn.replace("sqs", "sns")
    assert said.splitlines()[-1] == f"At the broker there are {topic} and {arn} and {arn}-dlq."
    with moto.sqs() as sqs, moto.sns() as sns:
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        made = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        dead_url = sqs.get_queue_url(QueueName=f"{queue}-dlq")["QueueUrl"]
        dead = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["All"])["Attributes"]
        [subscription] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        subscribed = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
    assert json.loads(made["RedrivePolicy"]) == {"deadLetterTargetArn": f"{arn}-dlq", "maxReceiveCount": 5}
    assert made["VisibilityTimeout"] == "30"
    [statement] = json.loads(made["Policy"])["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": topic}}
    assert (statement["Principal"], statement["Action"], statement["Resource"]) == (
        {"Service": "sns.amazonaws.com"},
        "sqs:SendMessage",
        arn,
    )
    assert dead["MessageRetentionPeriod"] == "1209600"
    assert (subscription["Endpoint"], subscribed["RawMessageDelivery"]) == (arn, "true")


def test_hints_come_long_before_rows_are_due(
    start_fleet: StartFleet, settings: dict[str, str], events: dict[str, str], ask: Ask
) -> None:
    """Rows fall due after half a minute. An emulator that is busy may cost some hints, but not all."""
    migrated(settings)
    fleet = start_fleet(serve=1, work=1, TIMELINE_WINDOW_SECONDS="60", **events)
    crowd = Crowd(fleet, ask)
    until(lambda: crowd.publish(1) and total(fleet, SENT))
    crowd.publish(30)
    until(lambda: total(fleet, SENT) + total(fleet, DROPPED) == len(crowd.tweets))
    until(lambda: total(fleet, TAKEN) >= total(fleet, SENT))
    crowd.all_is_pushed()
    threads = {name.split('"')[1] for name in metrics(fleet.works[0]) if name.startswith("perch_threads_restarted")}
    assert {"sqs-receive", "sqs-settle"} <= threads
    assert 'perch_threads_restarted_total{thread="sns-publish"}' in metrics(fleet.serves[0])
    assert fleet.works[0].stop() == "Perch stopped; tweets left to push: 0\n"


@pytest.mark.timeout(600)
def test_no_timeline_differs_while_a_worker_is_killed_and_another_added(
    start_fleet: StartFleet,
    settings: dict[str, str],
    events: dict[str, str],
    reed98: list[object],
    moto: OwnMoto,
    ask: Ask,
) -> None:
    options = ["--sample", 20, "--prefix", "sqs-", *reed98]
    migrated(settings)
    fleet = start_fleet(serve=2, work=3, **events)

    def change_workers() -> None:
        with suppress(AssertionError):
            until(lambda: total(fleet, TAKEN) > 50, SECONDS)
        fleet.works[0].process.send_signal(signal.SIGKILL)
        fleet.works[0].process.wait()
        fleet.work(1)

    changing = threading.Thread(target=change_workers)
    changing.start()
    load(fleet, fleet.serves[0].url, options)
    changing.join(SECONDS)
    compare(fleet, options)
    until(lambda: ask("SELECT count(*) FROM unpushed") == [(0,)], SECONDS)
    assert len(fleet.works) == 4
    # The killed one has taken its count with it.
    assert total(fleet, TAKEN) > 0
    until(lambda: moto.depth(queue_of(settings)) == EMPTY, SECONDS)


def test_dead_events_by_the_command_line(moto: OwnMoto, address: Address, postgres_database: str) -> None:
    settings = {"DATABASE_URL": postgres_database, "EVENTS_URL": url_of(address), **moto.settings()}

    def dlq(*arguments: object) -> str:
        outcome = run_app("dlq", *arguments, seconds=START_SECONDS, **settings)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout

    moto.send(address.dead_queue, *(f"strange {number}" for number in range(12)))
    shown = [json.loads(line) for line in dlq("show").splitlines()]
    assert sorted(line["body"] for line in shown) == sorted(f"strange {number}" for number in range(12))
    assert dlq("redrive", "--limit", 4) == "Dead events redriven: 4\n"
    assert moto.depth(address.queue) == {"visible": 4, "taken": 0}
    assert dlq("drop") == "Dead events dropped: 8\n"
    assert dlq("show") == ""
    moto.kill()
    outcome = run_app("dlq", "show", seconds=START_SECONDS, **settings)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("SQS cannot be asked: ")
