"""The preparation of a process that serves."""

import gc
import os
import sys
from pathlib import Path

from app.affinity import OneCpu, cpus
from app.collector import collect_all, collect_young_only
from app.compose import Role
from app.logs import configure_logs
from app.settings import Settings
from app.settings.groups import StoreSettings
from infrastructure.log import get_logger

log = get_logger("perch")


def prepare_process(settings: Settings) -> OneCpu | None:
    """Configures the log, warns of variables that look like misspelt settings, and sets CPU and cycle collector.

    Returns what keeps the process on one CPU, if a setting asks for that.
    """
    errors = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - it stays open to the end
    configure_logs(settings.log.log_level, settings.log.log_format, errors)
    for name, meant in Settings.slips(os.environ).items():
        log.warning("unknown_setting", name=name, did_you_mean=meant)
    if settings.store.is_shared:
        collect_all()
    else:
        collect_young_only()
    return OneCpu() if settings.server.cpus == "one" else None


def mark_started(settings: Settings, role: Role, url: str | None = None) -> None:
    """Logs that Perch has started, with role, authentication mode, CPUs and database.

    From now on the cycle collector leaves alone what the start has made: all code, and the tweets of a file.
    """
    gc.freeze()
    place = _place(settings.store)
    log.info(
        "perch_started", url=url, role=role.value, auth_mode=settings.identity.auth_mode, cpus=cpus(), database=place
    )


def _place(store: StoreSettings) -> str:
    """Returns where the database is, without a password."""
    if store.is_shared:
        from infrastructure.postgres.schema import place  # noqa: PLC0415 - it needs an extra

        return place(store.database_url)
    return store.database_url if store.database_path is None else str(store.database_path.resolve())


def say(line: str) -> None:
    """Prints the line. A standard output whose reader is gone, or that is full, ends nothing."""
    try:
        print(line, flush=True)
    except OSError:
        # Python writes what is left again when the process ends, and fails with status 120 if it cannot.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
