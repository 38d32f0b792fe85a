"""Engines, processes and perhaps nginx for one trial."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from cluster.engines.own_postgres import OwnPostgres
from cluster.member import find_nginx
from cluster.perch_process import RUN_SECONDS, command, run
from tests.engines.shared_gateway import SharedGateway
from tests.trial.aftermath import Aftermath
from tests.trial.engines import Engine, Entry
from tests.trial.finale import ADMIN
from tests.trial.members import Members
from tests.trial.plan import Plan
from tests.trial.profiles import Profile, entries

MIGRATE_TRIES = 5
PAUSE_SECONDS = 1.0

SETTINGS = {
    "ADMIN_TOKEN": ADMIN[1],
    # Small and short, so that timelines are trimmed, discarded and rebuilt, and some tweets are pulled.
    "TIMELINE_CAPACITY": "60",
    "TIMELINE_IDLE_SECONDS": "8",
    "PULL_FOLLOWERS_THRESHOLD": "8",
}


@dataclass(frozen=True)
class Site:
    """Everything that runs, and the addresses that clients ask."""

    engines: dict[Entry, Engine]
    members: Members
    aftermath: Aftermath
    urls: Sequence[str]
    inside_urls: Sequence[str]
    """The addresses of the processes themselves; nginx does not pass administrators on."""

    def quiet(self) -> None:
        """All processes are killed, so that nothing is on its way any more."""
        self.members.kill_all()
        for engine in self.engines.values():
            for proxy in engine.proxies:
                proxy.cut()
            engine.forward()
            engine.settle()
        self.aftermath.await_no_session()


@contextmanager
def site(profile: Profile, plan: Plan, folder: Path, broken: str) -> Iterator[Site]:
    """Starts everything, and ends it; the processes break this rule, if any."""
    with ExitStack() as stack:
        engines = {entry: entry.start(entry.find(), stack) for entry in entries(profile)}
        urls = {setting: engines[entry].url for setting, entry in profile.items()}
        database = engines[profile["DATABASE_URL"]]
        more = {name: value for engine in engines.values() for name, value in engine.settings.items()}
        settings = {**SETTINGS, **more, **urls}
        migrate = partial(_migrate, settings)
        migrate()
        members = stack.enter_context(Members(folder, settings, plan.clocks, broken))
        ports = members.ports()
        if plan.behind_nginx and find_nginx():
            ports = [stack.enter_context(SharedGateway(_made(folder / "nginx"), ports)).port]
        yield Site(
            {entry: replace(engine, migrate=migrate) for entry, engine in engines.items()},
            members,
            _aftermath(database.server, database.url),
            _urls(ports),
            _urls(members.ports()),
        )


def _migrate(settings: Mapping[str, str]) -> None:
    """Does it again where an engine that has just started does not answer, as whoever runs it would."""
    for tries_left in reversed(range(MIGRATE_TRIES)):
        migrated = run(command("migrate"), RUN_SECONDS, settings)
        if migrated.returncode == 0:
            return
        assert tries_left, migrated.stderr
        time.sleep(PAUSE_SECONDS)


def _urls(ports: Sequence[int]) -> list[str]:
    return [f"http://127.0.0.1:{port}" for port in ports]


def _aftermath(server: Any, url: str) -> Aftermath:  # noqa: ANN401 - of an entry
    assert isinstance(server, OwnPostgres)
    return Aftermath(server, url.rpartition("/")[2])


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
