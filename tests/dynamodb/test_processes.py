"""Processes with timelines in DynamoDB: what `migrate` makes, what stops the start, and every timeline of a load."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cluster.engines.own_dynalite import OwnDynalite
from cluster.perch_process import PerchProcess, run_app
from infrastructure.postgres.migrating import migrate
from tests.e2e.databases import assert_refused
from tests.engines.fleet import StartFleet, metrics
from tests.engines.reed98 import PEOPLE, compare, load, push_to_many
from tests.engines.until import until
from tests.integration.effort import LONG

START_SECONDS = 60.0


@pytest.fixture
def settings(postgres_database: str, dynamodb: OwnDynalite) -> dict[str, str]:
    """The settings of processes on an empty database, and with the table of the test."""
    return {"DATABASE_URL": postgres_database, **dynamodb.settings()}


def migrated(settings: Mapping[str, str]) -> Mapping[str, str]:
    outcome = run_app("migrate", seconds=START_SECONDS, **settings)
    assert outcome.returncode == 0, outcome.stderr
    return settings


def test_migrate_makes_the_table_and_lets_its_items_expire(settings: dict[str, str], dynamodb: OwnDynalite) -> None:
    dynamodb.table = "perch-made-by-migrate"
    settings |= dynamodb.settings()
    for _ in range(2):
        migrated(settings)
    table = dynamodb.client.describe_table(TableName=dynamodb.table)["Table"]
    expiry = dynamodb.client.describe_time_to_live(TableName=dynamodb.table)["TimeToLiveDescription"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


def test_a_table_of_another_kind_is_refused(settings: dict[str, str], dynamodb: OwnDynalite) -> None:
    dynamodb.table = "not-of-perch"
    settings |= dynamodb.settings()
    dynamodb.client.create_table(
        TableName=dynamodb.table,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    why = "The table not-of-perch in DynamoDB is not one of Perch: name another one in TIMELINES_URL"
    assert_refused(["migrate"], why, **settings)
    migrate(settings["DATABASE_URL"], "head", settings["TIMELINES_URL"])
    assert_refused(["serve"], why, **settings)


@pytest.mark.parametrize("command", ["serve", "work"])
def test_without_its_table_a_process_does_not_start(
    settings: dict[str, str], dynamodb: OwnDynalite, command: str
) -> None:
    dynamodb.table = "not-there"
    settings |= dynamodb.settings()
    migrate(settings["DATABASE_URL"], "head", settings["TIMELINES_URL"])
    assert_refused([command], "There is no table not-there in DynamoDB: run `python -m app migrate`", **settings)


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
@pytest.mark.parametrize("url", ["dynamodb://Europe", "dynamodb://eu-west-1/a", "dynamodb://eu-west-1/perch/2"])
def test_an_address_that_names_no_table_stops_the_start(settings: dict[str, str], command: str, url: str) -> None:
    settings["TIMELINES_URL"] = url
    assert_refused([command], "TIMELINES_URL must be dynamodb://, a region of AWS, and a table's name", **settings)


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_without_credentials_no_process_starts(settings: dict[str, str], command: str, tmp_path: Path) -> None:
    del settings["AWS_ACCESS_KEY_ID"]
    # Nor does it look for them in the files of whoever runs the tests, or ask the machine.
    nowhere = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"), "AWS_EC2_METADATA_DISABLED": "true"}
    assert_refused([command], "there are no credentials for AWS: .* AWS_ACCESS_KEY_ID", **settings, **nowhere)


def test_timelines_that_nobody_would_wait_for_stop_the_start(settings: dict[str, str]) -> None:
    why = "TIMELINE_CAPACITY must be at most 5000 with timelines in DynamoDB, not 5001"
    assert_refused(["serve"], why, TIMELINE_CAPACITY="5001", **settings)


def test_a_start_without_dynamodb_serves_and_finds_it_later(
    settings: dict[str, str], dynamodb: OwnDynalite, tmp_path: Path
) -> None:
    migrated(settings)
    dynamodb.kill()
    with PerchProcess(tmp_path / "log", **settings) as perch:
        assert perch.call("PUT", "/v1/users/me/following/bob", "alice")[0] == 204
        assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
        dynamodb.start()

        def is_prepared() -> object:
            assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
            return [item for item in dynamodb.items() if item["reader"].endswith(":alice")]

        until(is_prepared)
        until(lambda: metrics(perch)['perch_engine_up{engine="dynamodb-timelines"}'] == 1)
    assert "Traceback" not in perch.log()


@pytest.mark.timeout(0 if LONG else 300)
def test_no_timeline_differs(start_fleet: StartFleet, dynamodb: OwnDynalite, reed98: list[object]) -> None:
    fleet = start_fleet(serve=2, work=2, **dynamodb.settings())
    options = ["--sample", 5, "--prefix", "dynamodb-", *reed98]
    load(fleet, fleet.serves[0].url, options)
    compare(fleet, options)
    push_to_many(fleet, "dynamodb-", options)
    assert len({item["reader"] for item in dynamodb.items()}) >= PEOPLE // 2
