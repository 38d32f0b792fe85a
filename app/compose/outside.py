"""Picks the engine of timelines beside PostgreSQL. Each needs an extra of the package."""

from typing import Protocol

from app.compose.extras import needed_extra
from app.settings import BadSetting, Settings, naming
from infrastructure.clock import Clock
from infrastructure.outside.engine import Needs, OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside


class Opening(Protocol):
    """What the module `opening` of each engine has. All raise `ValueError` with what TIMELINES_URL must be."""

    NAME: str
    CAPACITY_MAX: int
    """The most entries that it merges in the time that a request has."""

    def check(self, url: str) -> None:
        """Returns if this is an address of the engine; asks nobody."""

    def open_at(self, url: str, needs: Needs) -> OutsideEngine:
        """Opens the timelines, which need not answer yet; raises `CannotUse`."""

    def prepare(self, url: str) -> None:
        """Makes the keyspace or table that is not there; raises `CannotUse`."""


def outside_opener(settings: Settings, clock: Clock) -> OpenOutside | None:
    """Returns what opens the engine that the settings name; None if the timelines are in PostgreSQL or nowhere.

    Raises `BadSetting`, also if the engine's extra is not installed.
    """
    if not settings.store.timelines_scheme:
        return None
    engine, url, timelines = _engine(settings), settings.store.timelines_url, settings.timelines
    if timelines.timeline_capacity > engine.CAPACITY_MAX:
        raise BadSetting(
            f"TIMELINE_CAPACITY must be at most {engine.CAPACITY_MAX} with timelines in {engine.NAME}, "
            f"not {timelines.timeline_capacity}."
        )
    with naming("TIMELINES_URL"):
        engine.check(url)

    def open_outside(readers: PostgresReaders, epochs: PostgresEpoch) -> OutsideEngine:
        needs = Needs(
            readers,
            epochs,
            clock.now_ms,
            clock.monotonic,
            timelines.timeline_capacity,
            timelines.timeline_idle_seconds,
            settings.server.threads + settings.server.max_streams,
        )
        with naming("TIMELINES_URL"):
            return engine.open_at(url, needs)

    return open_outside


def prepare_outside(settings: Settings) -> None:
    """Makes what the engine needs: keyspace, tables. Raises `BadSetting` and `CannotUse`."""
    if settings.store.timelines_scheme:
        with naming("TIMELINES_URL"):
            _engine(settings).prepare(settings.store.timelines_url)


def _engine(settings: Settings) -> Opening:
    with needed_extra():
        match settings.store.timelines_scheme:
            case "dynamodb":
                from infrastructure.dynamodb import opening as dynamodb  # noqa: PLC0415 - its extra may not be installed

                return dynamodb
            case "cassandra":
                from infrastructure.cassandra import opening as cassandra  # noqa: PLC0415 - as above

                return cassandra
            case _:
                from infrastructure.redis import opening as redis  # noqa: PLC0415 - as above

                return redis
