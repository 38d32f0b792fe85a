"""Picks the engine of timelines beside PostgreSQL. Each needs an extra of the package."""

from app.compose import ports
from app.compose.extras import missing_extra
from app.settings import BadSetting, Settings
from infrastructure.outside.engine import OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside


def outside_opener(settings: Settings, clock: ports.Clock) -> OpenOutside | None:
    """Returns what opens the engine that the settings name; None if the timelines are in PostgreSQL or nowhere.

    Raises `BadSetting` if the engine's extra is not installed.
    """
    match settings.store.timelines_scheme:
        case "":
            return None
        case "redis" | "rediss":
            return _in_redis(settings, clock)
        case scheme:
            raise BadSetting(f"TIMELINES_URL: there is no engine {scheme} yet.")


def _in_redis(settings: Settings, clock: ports.Clock) -> OpenOutside:
    try:
        from infrastructure.redis.opening import open_timelines  # noqa: PLC0415 - its extra may not be installed
        from infrastructure.redis.timelines import CAPACITY_MAX  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    capacity = settings.timelines.timeline_capacity
    if capacity > CAPACITY_MAX:
        raise BadSetting(f"TIMELINE_CAPACITY must be at most {CAPACITY_MAX} with timelines in Redis, not {capacity}.")

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


def prepare_outside(settings: Settings) -> None:
    """Makes what the engine needs: keyspace, tables. Raises `BadSetting` and `CannotUse`."""
    del settings
