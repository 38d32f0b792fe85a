"""`python -m app copy`: moves everything from an SQLite file into a PostgreSQL database."""

import argparse
import os
import sys
from pathlib import Path

from app.compose.extras import needed_extra
from app.settings import BadSetting, Settings
from app.settings.parsing import POSTGRESQL, SQLITE
from infrastructure.sqlite.durable import DurableData, opened

INTERRUPTED_STATUS = 130

ONE_WAY = (
    "Only from an SQLite file (--from sqlite:///…) to PostgreSQL (--to postgresql://…) can be copied, not from {}."
)


def add_copy_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `copy`. Its exit status is 0 when all is there, 2 with a sentence when nothing is, and 130 after Ctrl-C."""
    copy = commands.add_parser(
        "copy",
        help="move everything from an SQLite file into an empty PostgreSQL database",
        description="Copies tweets, follows, idempotency keys, ids and the key of cursors, all or nothing. The service "
        "on the file must be stopped, and the database empty and migrated. Timelines are rebuilt when they are read.",
    )
    copy.add_argument("--from", dest="source", required=True, metavar="URL", help="sqlite:/// and the path of a file")
    copy.add_argument("--to", dest="target", metavar="URL", help="postgresql://…; by default that of DATABASE_URL")
    copy.set_defaults(run=_copy)


def _copy(arguments: argparse.Namespace) -> int:
    path, url = _ends(arguments.source, arguments.target)
    try:
        with opened(path) as data:
            _fill(url, data)
    except KeyboardInterrupt:
        print("Interrupted. It can be started again.", file=sys.stderr)
        return INTERRUPTED_STATUS
    print(f"Everything in {path} is copied. From now on use the database alone, and keep {path} as a backup.")
    return 0


def _ends(source: str, target: str | None) -> tuple[Path, str]:
    """The file and the URL of the database; raises `BadSetting`."""
    if not source.startswith(SQLITE):
        raise BadSetting(ONE_WAY.format(source.partition(":")[0]))
    # Not only as an argument, where everybody on the machine sees a password.
    url = target or Settings.from_environment(os.environ).store.database_url
    if not url.startswith(POSTGRESQL):
        raise BadSetting("--to, or DATABASE_URL without it, must be postgresql:// and the address of a server.")
    return Path(source.removeprefix(SQLITE)), url


def _fill(url: str, data: DurableData) -> None:
    with needed_extra():
        from infrastructure.postgres import filling  # noqa: PLC0415 - it needs an extra
    filling.fill(url, data, _tell)


def _tell(what: str, written: int) -> None:
    print(f"{what}: {written:,}", file=sys.stderr)
