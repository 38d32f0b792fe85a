"""Epochs of engines that forget."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

serves_since = "0001"
"""Processes of a Perch that needs this version, or a newer one, run on this schema, too."""


def upgrade() -> None:
    _execute("0002_up.sql")


def downgrade() -> None:
    _execute("0002_down.sql")


def _execute(name: str) -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_name(name).read_text(encoding="utf-8"))
