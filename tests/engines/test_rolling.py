"""Every process of a fleet is replaced one after the other, also by one of another version, and nobody notices."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY, PerchProcess, WorkProcess, command, run_app
from infrastructure.postgres.migrating import migrate
from infrastructure.postgres.schema import SCHEMA_VERSION
from tests.engines.fleet import WITHOUT_KEY
from tests.engines.sessions import connect, value
from tests.engines.test_fleet_load import entrance
from tests.engines.traffic import BUSY, WAIT_SECONDS, Traffic
from tests.engines.until import until
from tests.integration.effort import LONG

ROUNDS = 5 if LONG else 1

OLD = "97afc07e"
"""The last commit whose code needs version 0001 of the schema."""

OLD_SCHEMA = "0001"


class Members:
    """Two `serve` and two `work`, of which each can be replaced; a new `serve` listens where the former one did."""

    def __init__(self, folder: Path, database: str, code: Path = REPOSITORY) -> None:
        self._folder = folder
        self._settings = {"DATABASE_URL": database}
        self._stack = ExitStack()
        self._started = 0
        self.serves = [self._start(PerchProcess, code) for _ in range(2)]
        self.works: list[PerchProcess] = [self._start(WorkProcess, code) for _ in range(2)]

    def _start(self, kind: type[PerchProcess], code: Path, port: int = 0) -> PerchProcess:
        self._started += 1
        program = ["env", "-C", str(code), *WITHOUT_KEY[1:], *command(kind.COMMAND)]
        log = self._folder / f"perch-{self._started}.log"
        return self._stack.enter_context(kind(log, program=program, PORT=str(port), **self._settings))

    def replace_each(self, code: Path = REPOSITORY) -> Iterator[None]:
        """Replaces the workers and then the others, as the documents say; yields after each."""
        for members, kind in ((self.works, WorkProcess), (self.serves, PerchProcess)):
            for at, member in enumerate(members):
                member.stop()
                members[at] = self._start(kind, code, member.port)
                yield

    def logs(self) -> str:
        return "".join(log.read_text() for log in self._folder.glob("perch-*.log"))

    def close(self) -> None:
        self._stack.close()


@contextmanager
def members(folder: Path, database: str, code: Path = REPOSITORY) -> Iterator[Members]:
    started = Members(folder, database, code)
    try:
        yield started
    finally:
        started.close()
    assert "Traceback" not in started.logs()


def replace_under_load(fleet: Members, traffic: Traffic) -> None:
    until(traffic.go_on(), WAIT_SECONDS)
    for _ in fleet.replace_each():
        until(traffic.go_on(), WAIT_SECONDS)


@pytest.mark.timeout(1200 if LONG else 600)
def test_each_process_is_replaced_under_load(postgres_database: str, tmp_path: Path) -> None:
    migrate(postgres_database, "head", "postgresql")
    with members(tmp_path, postgres_database) as fleet, entrance(tmp_path, fleet.serves) as gate:
        with Traffic(int(gate.rpartition(":")[2])) as traffic:
            for _ in range(ROUNDS):
                replace_under_load(fleet, traffic)
        repeats = traffic.check()
    print(f"tweets: {traffic.count}; requests repeated, by the reason: {dict(repeats)}")
    assert set(repeats) <= BUSY


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The code of the older version."""
    folder = tmp_path / "old"
    folder.mkdir()
    archive = subprocess.run(["git", "archive", OLD], cwd=REPOSITORY, capture_output=True, check=False)  # noqa: S607
    if archive.returncode != 0:
        pytest.skip(f"the history of this clone does not go back to {OLD}")
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)  # noqa: S607
    return folder


@pytest.mark.timeout(1200 if LONG else 600)
def test_an_upgrade_with_two_versions_at_once(postgres_database: str, old_code: Path, tmp_path: Path) -> None:
    """`migrate` runs while the old processes serve; then each of these is replaced."""
    old_migrate = ["env", f"DATABASE_URL={postgres_database}", sys.executable, "-m", "app", "migrate"]
    subprocess.run(old_migrate, cwd=old_code, check=True, timeout=WAIT_SECONDS)
    with connect(postgres_database) as session:
        assert value(session, "SELECT version_num FROM alembic_version") == OLD_SCHEMA
    with members(tmp_path, postgres_database, old_code) as fleet, entrance(tmp_path, fleet.serves) as gate:
        with Traffic(int(gate.rpartition(":")[2])) as traffic:
            until(traffic.go_on(), WAIT_SECONDS)
            migrated = run_app("migrate", DATABASE_URL=postgres_database)
            assert migrated.stdout.startswith(f"The schema has version {SCHEMA_VERSION}; "), migrated.stderr
            assert f"processes that need version {OLD_SCHEMA} or a newer one can use it" in migrated.stdout
            replace_under_load(fleet, traffic)
        repeats = traffic.check()
    print(f"tweets: {traffic.count}; requests repeated, by the reason: {dict(repeats)}")
    assert set(repeats) <= BUSY
