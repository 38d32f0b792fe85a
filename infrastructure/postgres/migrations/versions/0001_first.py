"""Tweets, follows, outbox, idempotency keys, timelines and leases."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

serves_since = "0001"
"""Processes of a Perch that needs this version, or a newer one, run on this schema, too."""


def upgrade() -> None:
    _execute("0001_up.sql")


def downgrade() -> None:
    _execute("0001_down.sql")


def _execute(name: str) -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_name(name).read_text(encoding="utf-8"))
