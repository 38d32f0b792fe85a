"""Two `serve` and two `work` share a database, and any of them, the database or the network fails: all stays exact."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from infrastructure.postgres.migrating import migrate
from tests.e2e.perch_process import PerchProcess, WorkProcess
from tests.engines.own_postgres import OwnPostgres
from tests.engines.proxy import Proxy
from tests.faults.aftermath import Aftermath
from tests.faults.broken_process import answer_before_the_disk, forget_before_the_push, ignore_keys
from tests.faults.many_party import ADMIN, ManyParty, NotExact
from tests.faults.members import Members
from tests.faults.nemesis import (
    NEMESES,
    Nemesis,
    World,
    crash_the_database,
    cut_commits,
    kill_a_work,
    kill_the_database,
    stop_the_housekeeper,
)
from tests.faults.report import record
from tests.integration.effort import LONG

USERS = ("ann", "ben", "cat", "dan", "eve", "fay")
FILES = 8 if LONG else 1
ROUNDS_A_FILE = 25 if LONG else 5
CONTROL_ROUNDS = 30

HARM = {
    answer_before_the_disk: [crash_the_database, kill_the_database],
    forget_before_the_push: [kill_a_work],
    ignore_keys: [cut_commits],
}
"""By what a broken rule does damage."""

SETTINGS = {
    "ADMIN_TOKEN": ADMIN[1],
    # Small and short, so that timelines are trimmed, discarded and rebuilt, and some tweets are pulled.
    "TIMELINE_CAPACITY": "60",
    "TIMELINE_IDLE_SECONDS": "8",
    "PULL_FOLLOWERS_THRESHOLD": "7",
}


class Site:
    """A database and a network for one test."""

    def __init__(self, server: OwnPostgres, proxy: Proxy, database: str, folder: Path, rng: random.Random) -> None:
        self.server = server
        self.proxy = proxy
        self.rng = rng
        self.aftermath = Aftermath(server, database)
        self._folder = folder
        self._url = server.url(database, port=proxy.port)

    @contextmanager
    def world(self, broken: str = "") -> Iterator[World]:
        settings = {"DATABASE_URL": self._url, **SETTINGS}
        kinds = (PerchProcess, PerchProcess, WorkProcess, WorkProcess)
        with Members(self._folder, kinds, settings, broken) as members:
            yield World(members, self.server, self.proxy, USERS, self.aftermath, self.rng)
            if not broken:
                assert "Traceback" not in members.logs()

    @contextmanager
    def party(self, world: World) -> Iterator[ManyParty]:
        party = ManyParty(USERS, world.members.urls, self.aftermath, self.rng)
        try:
            party.begin()
            yield party
        finally:
            party.close()


@pytest.fixture
def site(breakable_postgres: OwnPostgres, postgres_proxy: Proxy, postgres_database: str, tmp_path: Path) -> Site:
    migrate(postgres_database, "head", "postgresql")
    seed = os.environ.get("CRASH_SEED") or str(random.SystemRandom().randrange(1 << 32))
    print(f"CRASH_SEED={seed}")
    return Site(breakable_postgres, postgres_proxy, postgres_database.rpartition("/")[2], tmp_path, random.Random(seed))


def endure(world: World, party: ManyParty, nemesis: Nemesis) -> None:
    """Everybody is busy while harm is done; afterwards all processes serve again, and everything is compared."""

    def harm() -> None:
        try:
            nemesis(world)
        finally:
            world.proxy.forward()

    party.endure(harm)
    world.members.await_ready()
    party.check()


def schedule(rng: random.Random, rounds: int) -> list[Nemesis]:
    """Each kind of harm about as often as the others, in any order."""
    whole, rest = divmod(rounds, len(NEMESES))
    chosen = [*NEMESES * whole, *rng.sample(NEMESES, rest)]
    return rng.sample(chosen, rounds)


@pytest.mark.timeout(0 if LONG else 300)
@pytest.mark.parametrize("file", range(FILES))
def test_all_stays_exact_through_crashes(site: Site, file: int) -> None:
    started = time.monotonic()
    nemeses = schedule(site.rng, ROUNDS_A_FILE)
    if LONG:
        nemeses[site.rng.randrange(ROUNDS_A_FILE)] = stop_the_housekeeper
    with site.world() as world, site.party(world) as party:
        for nemesis in nemeses:
            print(nemesis.__name__)
            endure(world, party, nemesis)
        party.end()
    faults = party.truth.faults
    record(
        f"two serve, two work, file {file}",
        rounds=len(nemeses),
        writes_answered=party.answered,
        outcomes_unknown=party.unknown,
        reads_compared=faults.reads,
        held_back=faults.held_back,
        held_back_seconds_max=faults.held_back_seconds,
        dead_letters=party.dead,
        wrong=0,
        seconds=time.monotonic() - started,
    )
    assert party.answered > ROUNDS_A_FILE


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("rule", HARM)
def test_a_broken_rule_is_found(site: Site, rule: Callable[[], None]) -> None:
    with site.world(rule.__name__) as world, site.party(world) as party:
        rounds, found = rounds_until_found(world, party, HARM[rule])
    record(f"control: {rule.__name__}", found_in_round=rounds, found=found[:80])


def rounds_until_found(world: World, party: ManyParty, harm: Sequence[Nemesis]) -> tuple[int, str]:
    for number in range(1, CONTROL_ROUNDS + 1):
        try:
            endure(world, party, world.rng.choice(harm))
        except NotExact as error:
            return number, str(error)
    raise AssertionError(f"not found in {CONTROL_ROUNDS} rounds")
