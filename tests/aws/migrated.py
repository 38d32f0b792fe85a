"""`migrate` before the other processes."""

from cluster.perch_process import run_app

START_SECONDS = 60.0


def queue_of(settings: dict[str, str]) -> str:
    return settings["EVENTS_URL"].rpartition("/")[2]


def migrated(settings: dict[str, str]) -> str:
    outcome = run_app("migrate", seconds=START_SECONDS, **settings)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout
