"""A load runs while DynamoDB is killed, paused and cut off: no timeline differs, and in the end all is pushed."""

from collections.abc import Mapping, Sequence

import pytest

from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.proxy import Proxy
from cluster.perch_process import PerchProcess
from infrastructure.postgres.migrating import migrate
from tests.engines.test_work import ADMIN
from tests.faults.timeline_outages import Load, Outages, files, real_data, serves
from tests.integration.effort import LONG

__all__ = ["files", "real_data", "serves"]


@pytest.fixture
def settings(postgres_database: str, dynamodb: OwnDynalite, dynamodb_proxy: Proxy) -> Mapping[str, str]:
    """The settings of processes on a new database, with timelines in DynamoDB behind the proxy."""
    found = dynamodb.settings(dynamodb_proxy.port)
    migrate(postgres_database, "head", found["TIMELINES_URL"])
    return {"DATABASE_URL": postgres_database, "ADMIN_TOKEN": ADMIN[1], **found}


@pytest.mark.timeout(0 if LONG else 600)
def test_no_timeline_differs(
    serves: Sequence[PerchProcess],
    files: list[object],
    settings: Mapping[str, str],
    dynamodb: OwnDynalite,
    dynamodb_proxy: Proxy,
) -> None:
    load = Load(serves, "dynamodb-", files)
    load.differs_never("DynamoDB killed, paused and cut off", Outages(dynamodb, dynamodb_proxy))
    load.is_pushed_whole(settings["DATABASE_URL"])
