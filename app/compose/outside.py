"""Picks the engine of timelines beside PostgreSQL. Each needs an extra of the package."""

import re
from contextlib import closing

from app.compose import ports
from app.compose.extras import missing_extra
from app.settings import BadSetting, Settings
from infrastructure.cassandra import address as cassandra
from infrastructure.outside.engine import OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside

TABLE = "perch-timelines"
TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
REGION_NAME = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")


def outside_opener(settings: Settings, clock: ports.Clock) -> OpenOutside | None:
    """Returns what opens the engine that the settings name; None if the timelines are in PostgreSQL or nowhere.

    Raises `BadSetting` if the engine's extra is not installed.
    """
    match settings.store.timelines_scheme:
        case "":
            return None
        case "redis" | "rediss":
            return _in_redis(settings, clock)
        case "dynamodb":
            return _in_dynamodb(settings, clock)
        case _:
            return _in_cassandra(settings, clock)


def _in_redis(settings: Settings, clock: ports.Clock) -> OpenOutside:
    try:
        from infrastructure.redis.opening import open_timelines  # noqa: PLC0415 - its extra may not be installed
        from infrastructure.redis.timelines import CAPACITY_MAX  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    capacity = _capacity(settings, CAPACITY_MAX, "Redis")

    def open_outside(_: PostgresReaders, epochs: PostgresEpoch) -> OutsideEngine:
        timelines = settings.timelines
        try:
            return open_timelines(
                settings.store.timelines_url,
                epochs,
                clock.monotonic,
                capacity=capacity,
                idle_seconds=timelines.timeline_idle_seconds,
            )
        except ValueError as error:
            raise BadSetting(f"TIMELINES_URL must be the address of a Redis server: {error}.") from None

    return open_outside


def _in_dynamodb(settings: Settings, clock: ports.Clock) -> OpenOutside:
    try:
        from infrastructure.dynamodb.opening import CAPACITY_MAX, open_timelines  # noqa: PLC0415 - as above
        from infrastructure.dynamodb.table import CannotUse  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    _capacity(settings, CAPACITY_MAX, "DynamoDB")
    region, table = _table_of(settings)

    def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
        server = settings.server
        try:
            return open_timelines(region, table, readers, clock.now_ms, connections=server.threads + server.max_streams)
        except CannotUse as error:
            raise BadSetting(str(error)) from None

    return open_outside


def _in_cassandra(settings: Settings, clock: ports.Clock) -> OpenOutside:
    try:
        from infrastructure.cassandra.opening import open_timelines  # noqa: PLC0415 - its extra may not be installed
        from infrastructure.cassandra.partitions import CAPACITY_MAX  # noqa: PLC0415
        from infrastructure.cassandra.schema import CannotUse  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    address = _cluster_of(settings)
    _capacity(settings, CAPACITY_MAX, "Cassandra")

    def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
        try:
            return open_timelines(address, readers, clock.now_ms)
        except CannotUse as error:
            raise BadSetting(str(error)) from None

    return open_outside


def _cluster_of(settings: Settings) -> cassandra.Address:
    try:
        return cassandra.parse(settings.store.timelines_url)
    except ValueError as error:
        raise BadSetting(f"TIMELINES_URL must be the address of a keyspace of Cassandra: {error}.") from None


def _capacity(settings: Settings, most: int, engine: str) -> int:
    capacity = settings.timelines.timeline_capacity
    if capacity > most:
        raise BadSetting(f"TIMELINE_CAPACITY must be at most {most} with timelines in {engine}, not {capacity}.")
    return capacity


def _table_of(settings: Settings) -> tuple[str, str]:
    """Returns region and table; raises `BadSetting`, also if nothing can sign requests."""
    from infrastructure.dynamodb.client import has_credentials  # noqa: PLC0415

    region, _, table = settings.store.timelines_url.partition("://")[2].partition("/")
    table = table or TABLE
    if not (REGION_NAME.fullmatch(region) and TABLE_NAME.fullmatch(table)):
        raise BadSetting(
            "TIMELINES_URL must be dynamodb://, a region of AWS, and a table's name of 3 to 255 letters, digits and "
            f"any of _ . -, for example dynamodb://eu-west-1/{TABLE}, not {settings.store.timelines!r}."
        )
    if not has_credentials():
        raise BadSetting(
            "TIMELINES_URL names DynamoDB, and there are no credentials for AWS: give the machine a role, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        )
    return region, table


def prepare_outside(settings: Settings) -> None:
    """Makes what the engine needs: keyspace, tables. Raises `BadSetting`."""
    if settings.store.timelines_scheme == "dynamodb":
        _prepare_dynamodb(settings)
    if settings.store.timelines_scheme == "cassandra":
        _prepare_cassandra(settings)


def _prepare_cassandra(settings: Settings) -> None:
    try:
        from infrastructure.cassandra.schema import CannotUse, prepare  # noqa: PLC0415 - its extra may not be installed
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    try:
        prepare(_cluster_of(settings))
    except CannotUse as error:
        raise BadSetting(str(error)) from None


def _prepare_dynamodb(settings: Settings) -> None:
    try:
        from infrastructure.dynamodb.client import open_administration  # noqa: PLC0415 - its extra may not be installed
        from infrastructure.dynamodb.table import CannotUse, prepare  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    region, table = _table_of(settings)
    try:
        with closing(open_administration(region)) as client:
            prepare(client, table)
    except CannotUse as error:
        raise BadSetting(str(error)) from None
