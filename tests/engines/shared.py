"""One engine of a kind for all test processes of a run: the first one starts it, and it ends after the last one.

Each test process holds a shared lock while it needs the engine. The keeper, a process of its own, waits for the
exclusive one, which it gets when the last test process has ended, even by SIGKILL.
"""

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.own_kafka import OwnKafka

ROOT = Path(__file__).parents[2]
START_SECONDS = 240.0
"""Less than a test may take, so that what the engine has said is shown."""

LOOK_SECONDS = 0.05

_keepers: list["subprocess.Popen[bytes]"] = []
"""They outlive this process when others still need them, so nobody waits for them."""


@contextmanager
def _cassandra() -> Iterator[str]:
    with OwnCassandra() as node:
        yield f"{node.address}:{node.port}"


@contextmanager
def _kafka() -> Iterator[str]:
    with OwnKafka() as kafka:
        yield kafka.servers


KINDS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {"cassandra": _cassandra, "kafka": _kafka}
"""What starts each kind, and yields host and port."""


@contextmanager
def shared(kind: str, folder: Path) -> Iterator[str]:
    """Host and port of the engine of all test processes that name the same folder."""
    address = folder / f"{kind}.address"
    with _users(kind, folder) as users:
        with (folder / f"{kind}.starting").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not address.exists():
                _start_keeper(kind, folder, address)
        yield address.read_text()


@contextmanager
def _users(kind: str, folder: Path) -> Iterator[int]:
    with (folder / f"{kind}.users").open("a") as users:
        yield users.fileno()


def _start_keeper(kind: str, folder: Path, address: Path) -> None:
    path = folder / f"{kind}.keeper.log"
    with path.open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.engines.shared", kind, folder],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _keepers.append(keeper)
    deadline = time.monotonic() + START_SECONDS
    while not address.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"{kind} does not start\n{path.read_text()}")
        time.sleep(LOOK_SECONDS)


def _keep(kind: str, folder: Path) -> None:
    address = folder / f"{kind}.address"
    with KINDS[kind]() as found, _users(kind, folder) as users:
        made = folder / f"{kind}.address.new"
        made.write_text(found)
        made.rename(address)
        fcntl.flock(users, fcntl.LOCK_EX)
        # Who comes from now on starts another one.
        address.unlink(missing_ok=True)


if __name__ == "__main__":
    _keep(sys.argv[1], Path(sys.argv[2]))
