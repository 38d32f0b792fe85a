"""What happens to the processes, the database and the network while users write and read."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.perch_process import PerchProcess, WorkProcess
from tests.engines.own_postgres import OwnPostgres
from tests.engines.proxy import Proxy
from tests.engines.until import until
from tests.faults.aftermath import Aftermath
from tests.faults.many_writers import SAYS
from tests.faults.members import Kind, Members

LEASE_SECONDS = 5.0
"""The lease of an outbox row."""

TAKEN_OVER_SECONDS = 60.0
"""The housekeeping's lease lasts for 30 s, and is asked for every 10 s."""

CUTS = 4
CUT_SECONDS = 2.0


@dataclass(frozen=True)
class World:
    """Everything that can go wrong, and the users whose statements are cut."""

    members: Members
    server: OwnPostgres
    proxy: Proxy
    users: tuple[str, ...]
    aftermath: Aftermath
    rng: random.Random

    def one_of(self, kind: Kind) -> int:
        return self.rng.choice(self.members.numbers(kind))


Nemesis = Callable[[World], None]
"""Does harm for a while, and returns when it is over, though its consequences may not be."""


def kill_a_serve(world: World) -> None:
    world.members.kill(world.one_of(PerchProcess))


def kill_a_work(world: World) -> None:
    world.members.kill(world.one_of(WorkProcess))


def stop_a_serve(world: World) -> None:
    _stop(world, PerchProcess, LEASE_SECONDS + 1.5)


def stop_a_work(world: World) -> None:
    _stop(world, WorkProcess, LEASE_SECONDS + 1.5)


def _stop(world: World, kind: Kind, seconds: float) -> None:
    number = world.one_of(kind)
    world.members.pause(number)
    time.sleep(seconds)
    world.members.resume(number)


def stop_the_housekeeper(world: World) -> None:
    """The process that keeps house stops for longer than its lease, so that the other one takes over."""
    ids = [member.process.pid for member in world.members.processes]
    # The one that did may have been killed in the round before.
    until(lambda: world.aftermath.housekeeper() in ids, TAKEN_OVER_SECONDS)
    before = world.aftermath.housekeeper()
    number = ids.index(before)
    world.members.pause(number)
    until(lambda: world.aftermath.housekeeper() != before, TAKEN_OVER_SECONDS)
    world.members.resume(number)


def crash_the_database(world: World) -> None:
    world.server.restart("immediate")


def kill_the_database(world: World) -> None:
    world.server.kill()
    world.server.start()


def pause_the_database(world: World) -> None:
    world.server.pause()
    time.sleep(world.rng.uniform(0.5, 3.0))
    world.server.resume()


def cut_commits(world: World) -> None:
    """The answers to publishes are lost; the tweets are there."""
    for _ in range(CUTS):
        text = f"{world.rng.choice(world.users)}{SAYS}".encode()
        _await(world, world.proxy.cut_answer(text, after=world.rng.choice((0, 1, 20))))


def cut_anything(world: World) -> None:
    """Statements of anybody, or the answers to them, are lost."""
    for _ in range(CUTS):
        part = world.rng.choice((b"", world.rng.choice(world.users).encode()))
        _await(world, world.rng.choice((world.proxy.cut_request, world.proxy.cut_answer))(part))


def _await(world: World, cut: threading.Event) -> None:
    cut.wait(CUT_SECONDS)
    time.sleep(world.rng.uniform(0.0, 0.3))


def cut_all_connections(world: World) -> None:
    for _ in range(CUTS):
        world.proxy.cut()
        time.sleep(world.rng.uniform(0.0, 0.5))


def black_hole(world: World) -> None:
    """What is sent meanwhile is lost, or arrives late."""
    world.proxy.black_hole()
    time.sleep(world.rng.uniform(0.5, 3.0))
    if world.rng.random() < 0.5:
        world.proxy.cut()


NEMESES: list[Nemesis] = [
    kill_a_serve,
    kill_a_work,
    stop_a_serve,
    stop_a_work,
    crash_the_database,
    kill_the_database,
    pause_the_database,
    cut_commits,
    cut_anything,
    cut_all_connections,
    black_hole,
]
