"""The table is made and waited for, and what makes it useless is said in one sentence."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cluster.engines.dynamodb_server import REGION
from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.proxy import Proxy
from infrastructure.cannot_use import CannotUse
from infrastructure.dynamodb.client import open_administration, open_client
from infrastructure.dynamodb.table import NOT_ALLOWED, check, prepare
from tests.dynamodb.faulty import SERVER_ERROR, FaultyDynamo
from tests.dynamodb.made import PATIENCE

FOR_EVER = 1_000_000


@pytest.fixture
def faulty(dynamodb: OwnDynalite) -> Iterator[FaultyDynamo]:
    with FaultyDynamo(dynamodb.port) as running:
        yield running


def prepare_through(dynamodb: OwnDynalite, faulty: FaultyDynamo) -> int:
    """Makes the table, and returns how often it waited."""
    waits: list[float] = []
    with closing(open_administration(REGION, endpoint_url=dynamodb.url_through(faulty.port))) as client:
        prepare(client, dynamodb.table, waits.append)
    return len(waits)


def check_through(dynamodb: OwnDynalite, port: int) -> None:
    url = dynamodb.url_through(port)
    with closing(open_client(REGION, connections=1, endpoint_url=url, patience=PATIENCE)) as client:
        check(client, dynamodb.table)


def test_it_is_waited_for_until_it_is_active(dynamodb: OwnDynalite, faulty: FaultyDynamo) -> None:
    dynamodb.table = "made-slowly"
    faulty.make_slowly(times=3)
    assert prepare_through(dynamodb, faulty) == 3
    check_through(dynamodb, faulty.port)


def test_one_that_is_never_active_is_given_up(dynamodb: OwnDynalite, faulty: FaultyDynamo) -> None:
    faulty.make_slowly(FOR_EVER)
    with pytest.raises(CannotUse, match="is not active after"):
        prepare_through(dynamodb, faulty)


@pytest.mark.parametrize("code", NOT_ALLOWED)
def test_credentials_that_are_not_good_are_named(dynamodb: OwnDynalite, faulty: FaultyDynamo, code: str) -> None:
    faulty.refuse(code, FOR_EVER)
    sentence = f"^The table {dynamodb.table} in DynamoDB cannot be used: .*credentials.*[.]$"
    with pytest.raises(CannotUse, match=sentence):
        prepare_through(dynamodb, faulty)
    with pytest.raises(CannotUse, match=sentence):
        check_through(dynamodb, faulty.port)


def test_a_server_that_fails_now_does_not_stop_a_start(
    dynamodb: OwnDynalite, faulty: FaultyDynamo, dynamodb_proxy: Proxy
) -> None:
    faulty.refuse("InternalServerError", FOR_EVER, status=SERVER_ERROR)
    check_through(dynamodb, faulty.port)
    dynamodb_proxy.refuse()
    check_through(dynamodb, dynamodb_proxy.port)
    with pytest.raises(CannotUse, match="cannot be used: An error occurred"):
        prepare_through(dynamodb, faulty)


@pytest.mark.parametrize("body", [b"Willkommen, K\xf6nig", b"[]"], ids=str)
def test_what_is_not_dynamodb_stops_no_start_and_makes_no_table(
    dynamodb: OwnDynalite, faulty: FaultyDynamo, body: bytes
) -> None:
    faulty.babble(FOR_EVER, body)
    check_through(dynamodb, faulty.port)
    with pytest.raises(CannotUse, match="cannot be used: "):
        prepare_through(dynamodb, faulty)


def test_credentials_that_cannot_be_fetched_stop_no_start(
    dynamodb: OwnDynalite, faulty: FaultyDynamo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/perch")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "not there"))
    check_through(dynamodb, faulty.port)
    with pytest.raises(CannotUse, match="cannot be used: "):
        prepare_through(dynamodb, faulty)
