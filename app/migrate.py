"""`python -m app migrate`: brings the schema of the database to the version that this Perch needs, or to another.

With `EVENTS_URL` it also makes the topics or queues that are not there.
"""

import argparse
import os

from app.compose.events import broker
from app.compose.extras import needed_extra
from app.settings import Settings, naming

NEWEST = "head"
BASE = "base"


def add_migrate_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `migrate`. Its exit status is 0 when the schema has the version, and 2 with a sentence when it has not."""
    migrate = commands.add_parser("migrate", help="bring the PostgreSQL schema of DATABASE_URL to the version needed")
    migrate.add_argument(
        "version", nargs="?", default=NEWEST, help="another version, also an older one; base removes all tables"
    )
    migrate.set_defaults(run=_migrate)


def _migrate(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment(os.environ)
    store = settings.store
    if not store.is_shared:
        print("There is nothing to migrate: `serve` keeps an SQLite file up to date itself.")
        return 0
    if arguments.version == NEWEST:
        _prepare_outside(settings)
    print(_to(store.database_url, arguments.version, store.timelines))
    if store.events_url and arguments.version != BASE:
        print(f"At the broker there are {' and '.join(_prepare_broker(settings))}.")
    return 0


def _prepare_outside(settings: Settings) -> None:
    with needed_extra():
        from app.compose.outside import prepare_outside  # noqa: PLC0415 - it needs an extra
    prepare_outside(settings)


def _prepare_broker(settings: Settings) -> list[str]:
    with naming("EVENTS_URL"):
        return broker(settings).prepare(settings.store.events_url)


def _to(url: str, version: str, timelines: str) -> str:
    """Migrates; returns a sentence that says what there is then."""
    with needed_extra():
        from infrastructure.postgres.migrating import migrate, serves_since  # noqa: PLC0415 - it needs an extra
    found = migrate(url, version, timelines)
    users = "" if found == BASE else f"; processes that need version {serves_since(found)} or a newer one can use it"
    return f"The schema has version {found}{users}."
