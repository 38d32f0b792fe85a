"""The steps between the versions of the schema, by Alembic."""

from typing import LiteralString

import psycopg
import sqlalchemy.exc
from alembic import command, util
from alembic.config import Config
from alembic.script import ScriptDirectory

from infrastructure.cannot_use import CannotUse
from infrastructure.postgres.schema import KEPT, SCHEMA_VERSION, TIMELINES, connected, reason, version_of

LOCK_SECONDS = 10.0
"""A migration that waits for a lock for longer gives up, so that requests do not queue behind it."""

KEEP: LiteralString = "INSERT INTO kept_values VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
DISCARD_ALL: LiteralString = "DELETE FROM readers"

# What is still there from an earlier time in the same place is of an earlier epoch then.
END_EPOCHS: LiteralString = "UPDATE epochs SET epoch = epoch + 1, identity = ''"


def migrate(url: str, version: str, timelines: str, *, lock_seconds: float = LOCK_SECONDS) -> str:
    """Brings the schema to the version ("head": the newest; "base": none), and returns the version it has then.

    A step that fails leaves the schema as it was. Two at once wait for each other. `timelines` is where the timelines
    are from now on; if they were elsewhere before, the prepared ones are discarded. Raises `CannotUse`.
    """
    config = Config()
    config.set_main_option("script_location", "infrastructure.postgres:migrations")
    with connected(url) as connection:
        config.attributes.update(connection=connection, lock_seconds=lock_seconds)
        change = command.upgrade if _is_upwards(config, version_of(connection), version) else command.downgrade
        try:
            change(config, version)
        except (util.CommandError, psycopg.Error, sqlalchemy.exc.SQLAlchemyError) as error:
            raise CannotUse(f"The schema was not changed: {reason(error)}.") from None
        found = version_of(connection)
        if found == SCHEMA_VERSION:
            _set_timelines(connection, timelines)
        return found or "base"


def _is_upwards(config: Config, found: str | None, wanted: str) -> bool:
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    versions = ["base", *reversed(steps), "head"]
    if (found or "base") not in versions:
        raise CannotUse(f"The schema was made by a newer Perch: this one does not know its version {found}.")
    if wanted not in versions:
        raise CannotUse(f"There is no version {wanted!r} of the schema; there are {', '.join(versions)}.")
    return versions.index(wanted) >= versions.index(found or "base")


def _set_timelines(connection: "psycopg.Connection", timelines: str) -> None:
    [kept] = connection.execute(KEPT, (TIMELINES,)).fetchone() or [None]
    if kept != timelines:
        with connection.transaction():
            connection.execute(DISCARD_ALL)
            connection.execute(END_EPOCHS)
            connection.execute(KEEP, (TIMELINES, timelines))
