"""Work of one process that stops at each of its looks in turn, while the servers change and other processes go on."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.fakes.strand import Strand
from tests.redis.servers import Servers
from tests.redis.world import AUTHORS, USERS, MakeProcess, Process, RedisWorld, finish

Work = Callable[[RedisWorld], object]
Disturbance = Callable[[RedisWorld], list[Strand[Any]]]
"""Does something, and returns what it has begun."""

READER = USERS[0]
LOOKS_MAX = 100


def prepared(world: RedisWorld) -> None:
    """Every process has a connection, and every timeline is ready."""
    for process in range(len(world.processes)):
        for user in USERS:
            world.prepare(process, user)
    world.push(0)
    world.check()


def saved(world: RedisWorld) -> None:
    prepared(world)
    world.servers.save()
    world.push(0)
    world.publish()


def evicted(world: RedisWorld) -> None:
    prepared(world)
    world.servers.primary.empty()


def behind(world: RedisWorld) -> None:
    # A primary takes a new master_replid for its first replica, which would begin an epoch now.
    world.servers.replicate()
    prepared(world)
    world.servers.fall_behind()
    world.push(0)
    world.publish()


def read(world: RedisWorld) -> None:
    world.read(0, READER)


def prepare(world: RedisWorld) -> None:
    world.processes[0].use_cases.prepare.execute(READER)


def push(world: RedisWorld) -> None:
    world.push(0)


def _go_on(world: RedisWorld) -> None:
    """Another process connects anew and finds the server, and what it pushes leaves the outbox."""
    world.processes[1].connections.drop()
    world.prepare(1)
    world.deliver_waiting(1)
    for _ in range(2):
        world.push(1)


def another_primary(world: RedisWorld) -> list[Strand[Any]]:
    """A replica is promoted; the old primary lives on, and so do connections to it."""
    world.servers.fail_over()
    _go_on(world)
    return []


def primary_and_back(world: RedisWorld) -> list[Strand[Any]]:
    """The address leads to the old primary again, which never knew of the other."""
    another_primary(world)
    world.servers.turn_back()
    _go_on(world)
    return []


def restart(world: RedisWorld, *, empty: bool) -> list[Strand[Any]]:
    world.servers.restart(empty=empty)
    _go_on(world)
    return []


def rebuilt_by_another(world: RedisWorld) -> list[Strand[Any]]:
    """The timeline is evicted, misses a push, and another process has made a new one that it has not merged yet."""
    world.servers.primary.empty()
    world.push(1)
    rebuild = world.begin(partial(world.processes[1].use_cases.prepare.execute, READER))
    rebuild.run_to("graph.followees")
    return [rebuild]


def evicted_and_pushed(world: RedisWorld) -> list[Strand[Any]]:
    world.servers.primary.empty()
    world.push(1)
    return []


def followed(world: RedisWorld) -> list[Strand[Any]]:
    """The reader follows one more, who has tweets, while the servers change."""
    world.publish(AUTHORS[1])
    world.follow(READER, AUTHORS[1])
    return another_primary(world)


SCENARIOS: dict[str, tuple[Work, Work, Disturbance]] = {
    "a read while a replica takes over": (behind, read, another_primary),
    "a read while a replica takes over and follows change": (behind, read, followed),
    "a rebuild while a replica takes over": (evicted, prepare, another_primary),
    "a push while a replica takes over": (behind, push, another_primary),
    "a read while the primary changes there and back": (behind, read, primary_and_back),
    "a push while the primary changes there and back": (behind, push, primary_and_back),
    "a read while the server restarts from a snapshot": (saved, read, partial(restart, empty=False)),
    "a push while the server restarts from a snapshot": (saved, push, partial(restart, empty=False)),
    "a push while the server restarts empty": (prepared, push, partial(restart, empty=True)),
    "a rebuild while another one begins": (evicted, prepare, rebuilt_by_another),
    "a read while the timeline is evicted": (prepared, read, evicted_and_pushed),
}
"""What was before, what is stopped at each of its looks, and what happens meanwhile."""


def play(name: str, servers: Servers, make_process: MakeProcess = Process, *, every: int = 1) -> int:
    """Plays the scenario with a stop before each look, or before every so manieth; returns the number of worlds."""
    before, work, disturb = SCENARIOS[name]
    for looks in range(0, LOOKS_MAX, every):
        world = RedisWorld(servers, make_process)
        try:
            before(world)
            if _played(world, looks, work, disturb):
                return looks // every + 1
        finally:
            world.close()
    raise AssertionError("the work does not end")


def _played(world: RedisWorld, looks: int, work: Work, disturb: Disturbance) -> bool:
    """Returns True if the work ended before it was to be stopped."""
    strand = world.begin(partial(work, world))
    for _ in range(looks):
        strand.advance()
    is_over = strand.at is None
    begun = disturb(world)
    strand.finish()
    world.check()
    finish(begun)
    world.check()
    world.push(2)
    world.check()
    return is_over
