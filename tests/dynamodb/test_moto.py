"""What dynalite lacks, on moto: when items expire. moto removes none, and takes more than 25 items in a batch."""

import pytest

from cluster.engines.dynamodb_server import CREDENTIALS, DynamoServer
from cluster.engines.own_moto import OwnMoto
from infrastructure.cannot_use import CannotUse
from infrastructure.dynamodb.table import EXPIRES, check, prepare
from tests.dynamodb.made import build, ids, opened

PATIENCE = 40.0
"""moto takes 70 ms for a query, and much longer for the first one."""


@pytest.fixture
def moto(moto_server: OwnMoto, monkeypatch: pytest.MonkeyPatch) -> DynamoServer:
    """moto's server, for one test, which may name another table."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return DynamoServer(moto_server.port)


def test_a_table_is_made_once_and_its_items_expire(moto: DynamoServer) -> None:
    for _ in range(2):
        moto.prepare()
    found = moto.client.describe_time_to_live(TableName=moto.table)["TimeToLiveDescription"]
    assert found == {"TimeToLiveStatus": "ENABLED", "AttributeName": EXPIRES}
    with opened(moto, patience=PATIENCE) as engine:
        build(engine.timelines, *range(1, 61))
        engine.timelines.push(61, ["alice"])
        assert ids(engine.timelines) == list(range(61, 0, -1))


def test_a_table_whose_items_expire_by_another_attribute_is_refused(moto: DynamoServer) -> None:
    moto.table = "expires-otherwise"
    moto.prepare()
    for attribute, enabled in ((EXPIRES, False), ("other", True)):
        moto.client.update_time_to_live(
            TableName=moto.table, TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute}
        )
    with pytest.raises(CannotUse, match="is not one of Perch"):
        prepare(moto.client, moto.table)


def test_a_table_that_is_not_there_is_refused(moto: DynamoServer) -> None:
    with pytest.raises(CannotUse, match="There is no table not-there in DynamoDB: run"):
        check(moto.client, "not-there")
