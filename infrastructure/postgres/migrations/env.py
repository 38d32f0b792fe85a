"""What Alembic runs for each command: all steps in one transaction, and one process at a time."""

from typing import Any

import psycopg
from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from infrastructure.postgres.schema import KEEP, SERVES_SINCE

MIGRATION_LOCK = 2
"""The second number of the advisory lock of those who migrate. The first is 1, as of the lock for tweet ids."""


def run() -> None:
    """Runs the steps on the connection that the caller made."""
    connection: psycopg.Connection[Any] = context.config.attributes["connection"]
    connection.autocommit = False
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.connect() as used:
            context.configure(connection=used, transactional_ddl=True)
            with context.begin_transaction():
                # For this transaction alone: behind a pooler, others go on with the session.
                lock_timeout = f"{context.config.attributes['lock_seconds']}s"
                used.exec_driver_sql("SELECT set_config('lock_timeout', %s, true)", (lock_timeout,))
                used.exec_driver_sql("SELECT pg_advisory_xact_lock(1, %s)", (MIGRATION_LOCK,))
                context.run_migrations()
                _note_who_can_use_it(used)
    finally:
        connection.rollback()
        connection.autocommit = True


def _note_who_can_use_it(used: Connection) -> None:
    """Writes down `serves_since` of the version that there is now, in the transaction that makes it."""
    for version in context.get_context().get_current_heads():
        since = context.script.get_revision(version).module.serves_since
        used.exec_driver_sql(KEEP, (SERVES_SINCE, since))


run()
