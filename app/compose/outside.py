"""Picks the engine of timelines beside PostgreSQL. Each needs an extra of the package."""

from app.compose import ports
from app.settings import BadSetting, Settings
from infrastructure.postgres.stores import OpenOutside


def outside_opener(settings: Settings, clock: ports.Clock) -> OpenOutside | None:
    """Returns what opens the engine that the settings name; None if the timelines are in PostgreSQL or nowhere.

    Raises `BadSetting` if the engine's extra is not installed.
    """
    del clock
    match settings.store.timelines_scheme:
        case "":
            return None
        case scheme:
            raise BadSetting(f"TIMELINES_URL: there is no engine {scheme} yet.")


def prepare_outside(settings: Settings) -> None:
    """Makes what the engine needs: keyspace, tables. Raises `BadSetting` and `CannotUse`."""
    del settings
