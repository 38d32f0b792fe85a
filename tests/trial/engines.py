"""The engines of a trial, each behind a proxy; another one takes an entry, and a line in `profiles`."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from cluster.engines import own_postgres, own_redis, small_disk
from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.own_redis import OwnRedis
from cluster.engines.proxy import Proxy

CUTS = 4
CUT_SECONDS = 2.0
OUT_SECONDS = (0.2, 3.0)
"""How long an engine is out of reach."""

SNAPSHOT_SECONDS = (0.5, 2.0)
FULL_SECONDS = (2.0, 8.0)

FULL_DISK = "full-disk"
LACKING: Mapping[str, Callable[[], str | None]] = {FULL_DISK: small_disk.missing}
"""Why a harm cannot be done here, for those that not every machine allows; None if it can."""


@dataclass(frozen=True)
class Engine:
    """An engine that runs: the server, the proxies to it, one for each node, and the address by these."""

    server: Any
    """It has `kill`, `start`, `pause` and `resume`, and what the harms of its entry need."""
    proxies: Sequence[Proxy]
    url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    """What Perch needs to reach it, beside its URL."""
    migrate: Callable[[], object] = lambda: None
    """Makes what Perch needs in the engines, where it is not there."""
    settle: Callable[[], object] = lambda: None
    """Waits for what a harm has left to come back by itself."""

    @property
    def proxy(self) -> Proxy:
        """The one to an engine of one node."""
        [only] = self.proxies
        return only

    def forward(self) -> None:
        """Ends all faults of the connections."""
        for proxy in self.proxies:
            proxy.forward()


Harm = Callable[[Engine, random.Random], None]
"""Does harm for a while; when it returns, the engine runs, but for what `proxy.forward` ends."""


@dataclass(frozen=True)
class Entry:
    """An engine that can be started here."""

    name: str
    find: Callable[[], Any]
    """Looks for its programs; None or False if they are not installed."""
    missing: str
    start: Callable[[Any, ExitStack], Engine]
    """Gets what `find` found; the stack ends the engine."""
    harms: Mapping[str, Harm] = field(hash=False)
    """What happens only to this one, beside `HARMS`."""
    long_harms: Mapping[str, Harm] = field(hash=False, default_factory=dict)
    """These take a minute."""


def kill(engine: Engine, rng: random.Random) -> None:
    """Ends the engine by SIGKILL; after a while it is started again, with what is on its disk."""
    engine.server.kill()
    wait(rng, OUT_SECONDS)
    engine.server.start()


def pause(engine: Engine, rng: random.Random) -> None:
    engine.server.pause()
    wait(rng, OUT_SECONDS)
    engine.server.resume()


def black_hole(engine: Engine, rng: random.Random) -> None:
    """What is sent meanwhile is lost, or arrives late."""
    engine.proxy.black_hole()
    wait(rng, OUT_SECONDS)
    if rng.random() < 0.5:
        engine.proxy.cut()


def cut(engine: Engine, rng: random.Random) -> None:
    """All connections, some times."""
    for _ in range(CUTS):
        engine.proxy.cut()
        wait(rng, (0.0, 0.5))


def slow(engine: Engine, rng: random.Random) -> None:
    engine.proxy.delay(rng.uniform(0.02, 0.5))
    wait(rng, OUT_SECONDS)


def cut_one(engine: Engine, rng: random.Random) -> None:
    """Some requests, or the answers to them, are lost."""
    for _ in range(CUTS):
        lost = rng.choice((engine.proxy.cut_request, engine.proxy.cut_answer))()
        lost.wait(CUT_SECONDS)
        wait(rng, (0.0, 0.3))


HARMS: dict[str, Harm] = {
    "kill": kill,
    "pause": pause,
    "black-hole": black_hole,
    "cut": cut,
    "cut-one": cut_one,
    "slow": slow,
}
"""What happens to every engine."""


def cut_commits(engine: Engine, rng: random.Random) -> None:
    """The answers to publishes are lost; the tweets are there."""
    for _ in range(CUTS):
        engine.proxy.cut_answer(b" says ", after=rng.choice((0, 1, 20))).wait(CUT_SECONDS)
        wait(rng, (0.0, 0.3))


def crash(engine: Engine, _: random.Random) -> None:
    """The clients are told."""
    engine.server.restart("immediate")


def forget_readers(engine: Engine, _: random.Random) -> None:
    """What operators do when timelines are in doubt; each is made anew."""
    engine.server.execute("DELETE FROM readers", database=engine.url.rpartition("/")[2])


def empty(engine: Engine, _: random.Random) -> None:
    engine.server.empty()


def restart_with_old_data(engine: Engine, rng: random.Random) -> None:
    """What came after its snapshot is gone."""
    engine.server.save()
    wait(rng, SNAPSHOT_SECONDS)
    engine.server.restart()
    engine.server.forget_snapshot()


def fill_disk(engine: Engine, rng: random.Random) -> None:
    """What is written needs room in tables, or in the log: without the latter the server ends itself."""
    with engine.server.full_disk(for_its_log=rng.random() < 0.5):
        wait(rng, FULL_SECONDS)


def wait(rng: random.Random, seconds: tuple[float, float]) -> None:
    time.sleep(rng.uniform(*seconds))


def _start_postgres(programs: Any, stack: ExitStack) -> Engine:  # noqa: ANN401 - whatever `find` found
    server = stack.enter_context(OwnPostgres(programs, has_small_disk=not small_disk.missing()))
    proxy = stack.enter_context(Proxy(server.port))
    return Engine(server, [proxy], server.url(server.create_database(), port=proxy.port))


def _start_redis(program: Any, stack: ExitStack) -> Engine:  # noqa: ANN401
    server = stack.enter_context(OwnRedis(program))
    proxy = stack.enter_context(Proxy(server.port))
    return Engine(server, [proxy], server.url_through(proxy.port))


POSTGRES = Entry(
    "postgres",
    own_postgres.find_programs,
    own_postgres.MISSING,
    _start_postgres,
    {
        "crash": crash,
        "cut-commits": cut_commits,
        "forget-readers": forget_readers,
        FULL_DISK: fill_disk,
    },
)
REDIS = Entry(
    "redis",
    own_redis.find_redis,
    own_redis.MISSING,
    _start_redis,
    {"empty": empty, "old-data": restart_with_old_data},
)
