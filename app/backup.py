"""`python -m app backup FILE`: a copy of the database, also while the service runs."""

import argparse
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from app.settings import BadSetting, Settings
from infrastructure.cannot_use import CannotUse


def add_backup_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `backup`. Its exit status is 0 when the copy is whole, and 2 with a sentence when there is none."""
    backup = commands.add_parser("backup", help="copy the SQLite database of DATABASE_URL, also while the service runs")
    backup.add_argument("file", type=Path, help="the copy, which must not be there yet")
    backup.set_defaults(run=_backup)


def _backup(arguments: argparse.Namespace) -> int:
    source = _source()
    _copy(source, arguments.file)
    print(f"{arguments.file} is a copy of {source}.")
    return 0


def _source() -> Path:
    source = Settings.from_environment(os.environ).store.database_path
    if source is None:
        raise BadSetting("DATABASE_URL must be that of an SQLite file for a backup, not 'memory:'.")
    return source


def _copy(source: Path, target: Path) -> None:
    """Under a name that nobody else uses until it is whole (https://sqlite.org/backup.html)."""
    try:
        is_there, has_source = target.exists(), source.exists()
    except OSError as error:
        raise CannotUse(f"{error.filename} cannot be looked for: {error.strerror}.") from None
    if is_there:
        raise CannotUse(f"{target} is there already.")
    if not has_source:
        raise CannotUse(f"There is no database {source}.")
    try:
        with _part_of(target) as part:
            _copy_into(source, part)
            part.rename(target)
    except OSError as error:
        raise CannotUse(f"{target} cannot be written: {error.strerror}.") from None
    except sqlite3.Error as error:
        raise CannotUse(f"The database {source} cannot be copied: {error}.") from None


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """Yields a new file beside the target, and removes it if it is still there at the end."""
    number, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    os.close(number)
    part = Path(name)
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _copy_into(source: Path, part: Path) -> None:
    read_only = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as database, closing(sqlite3.connect(part)) as copy:
        # In one step: between two, a write of the service would begin the copy anew. In WAL mode it holds up no write.
        database.backup(copy)
