"""The start of processes with hints through SNS and SQS: what stops it, and what does not."""

import pytest

from cluster.engines.own_moto import OwnMoto
from cluster.perch_process import run_app
from infrastructure.postgres.migrating import migrate
from tests.aws.crowd import Crowd, total
from tests.aws.migrated import START_SECONDS, migrated, queue_of
from tests.e2e.databases import assert_refused
from tests.engines.fleet import StartFleet, metrics
from tests.engines.test_work import Ask, ask
from tests.engines.until import until
from tests.fakes.log import json_lines

__all__ = ["ask"]


def test_without_its_queue_work_does_not_start_and_says_why(settings: dict[str, str]) -> None:
    migrate(settings["DATABASE_URL"], "head", "postgresql")
    missing = queue_of(settings)
    why = f"EVENTS_URL names a queue that is not there: eu-west-1 has no {missing}; run `python -m app migrate`"
    assert_refused(["work"], why, **settings)


def test_a_bad_address_is_refused_with_a_sentence(settings: dict[str, str]) -> None:
    migrate(settings["DATABASE_URL"], "head", "postgresql")
    why = "EVENTS_URL must be sqs:// with a region and a queue, for example sqs://eu-central-1/perch-tweet-created"
    for command in ("serve", "work", "migrate"):
        outcome = run_app(command, seconds=START_SECONDS, **{**settings, "EVENTS_URL": "sqs://eu-west-1"})
        assert (outcome.returncode, outcome.stderr) == (2, f"{why}.\n")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ENDPOINT_URL": "nowhere"}, "Invalid endpoint: nowhere"),
    ],
)
def test_settings_of_aws_that_make_no_sense_are_told(settings: dict[str, str], wrong: dict[str, str], why: str) -> None:
    outcome = run_app("dlq", "show", seconds=START_SECONDS, **{**settings, **wrong})
    sentence = f"EVENTS_URL cannot be used with the settings of AWS here: {why}.\n"
    assert (outcome.returncode, outcome.stderr) == (2, sentence)


def test_processes_start_while_nothing_answers_and_find_the_queue_later(
    start_fleet: StartFleet, settings: dict[str, str], events: dict[str, str], moto: OwnMoto, ask: Ask
) -> None:
    moto.kill()
    fleet = start_fleet(serve=1, work=1, TIMELINE_CAPACITY="100000", **events)
    crowd = Crowd(fleet, ask)
    crowd.publish(5)
    crowd.all_is_pushed()
    until(lambda: metrics(fleet.works[0])['perch_engine_up{engine="sqs"}'] == 0)
    moto.start()
    migrated(settings)
    until(lambda: metrics(fleet.works[0])['perch_engine_up{engine="sqs"}'] == 1)
    until(lambda: crowd.publish(1) and total(fleet, "perch_event_hints_taken_total") > 0)
    crowd.all_is_pushed()
    assert "engine_lost" in {line["event"] for line in json_lines(fleet.works[0].log())}
