"""`python -m app migrate`: brings the schema of the database to the version that this Perch needs, or to another."""

import argparse
import os
import sys

from app.compose.adapters import CannotOpen
from app.compose.extras import missing_extra
from app.settings import BadSetting, Settings

FAILED_STATUS = 2
NEWEST = "head"


def add_migrate_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `migrate`. Its exit status is 0 when the schema has the version, and 2 with a sentence when it has not."""
    migrate = commands.add_parser("migrate", help="bring the PostgreSQL schema of DATABASE_URL to the version needed")
    migrate.add_argument(
        "version", nargs="?", default=NEWEST, help="another version, also an older one; base removes all tables"
    )
    migrate.set_defaults(run=_migrate)


def _migrate(arguments: argparse.Namespace) -> int:
    try:
        settings = Settings.from_environment(os.environ)
        store = settings.store
        if not store.is_shared:
            print("There is nothing to migrate: `serve` keeps an SQLite file up to date itself.")
            return 0
        if arguments.version == NEWEST:
            _prepare_outside(settings)
        version = _to(store.database_url, arguments.version, store.timelines)
    except (BadSetting, CannotOpen) as error:
        print(error, file=sys.stderr)
        return FAILED_STATUS
    print(f"The schema has version {version}.")
    return 0


def _prepare_outside(settings: Settings) -> None:
    try:
        from app.compose.outside import prepare_outside  # noqa: PLC0415 - it needs an extra
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    prepare_outside(settings)


def _to(url: str, version: str, timelines: str) -> str:
    try:
        from infrastructure.postgres.migrating import migrate  # noqa: PLC0415 - it needs an extra
        from infrastructure.postgres.schema import CannotUse  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error) from None
    try:
        return migrate(url, version, timelines)
    except CannotUse as error:
        raise CannotOpen(str(error)) from None
