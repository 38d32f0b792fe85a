"""The preparation of a process that serves."""

import os
import sys

from app.affinity import cpus, stay_on_one_cpu
from app.collector import collect_young_only
from app.logs import configure_logs
from app.settings import Settings
from infrastructure.log import get_logger

log = get_logger("perch")


def prepare_process(settings: Settings) -> None:
    """Configures the log, warns of variables that look like misspelt settings, and sets CPU and cycle collector."""
    configure_logs(settings.log.log_level, settings.log.log_format, sys.stderr)
    for name, meant in Settings.slips(os.environ).items():
        log.warning("unknown_setting", name=name, did_you_mean=meant)
    if settings.server.cpus == "one":
        stay_on_one_cpu()
    collect_young_only()


def start_facts(settings: Settings) -> dict[str, str | list[int]]:
    """Returns the fields of the log line about a start: authentication mode, CPUs and database."""
    path = settings.store.database_path
    database = settings.store.database_url if path is None else str(path.resolve())
    return {"auth_mode": settings.identity.auth_mode, "cpus": cpus(), "database": database}
