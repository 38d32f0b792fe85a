"""One Kafka broker for all test processes of a run: the first one starts it, and it ends after the last one.

Each test process holds a shared lock while it needs the broker. The keeper, a process of its own, waits for the
exclusive one, which it gets when the last test process has ended, even by SIGKILL.
"""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_kafka import OwnKafka
from cluster.perch_process import environment

ROOT = Path(__file__).parents[2]
ADDRESS = "kafka.address"
USERS = "kafka.users"
STARTING = "kafka.starting"
LOG = "kafka.keeper.log"

START_SECONDS = 120.0
LOOK_SECONDS = 0.05

_keepers: list["subprocess.Popen[bytes]"] = []
"""They outlive this process when others still need them, so nobody waits for them."""


@contextmanager
def shared_kafka(folder: Path) -> Iterator[KafkaServer]:
    """The broker of all test processes that name the same folder."""
    with (folder / USERS).open("a") as users:
        with (folder / STARTING).open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not (folder / ADDRESS).exists():
                _start_keeper(folder)
        yield KafkaServer((folder / ADDRESS).read_text())


def _start_keeper(folder: Path) -> None:
    with (folder / LOG).open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.engines.shared_kafka", folder],
            cwd=ROOT,
            env=environment({}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _keepers.append(keeper)
    deadline = time.monotonic() + START_SECONDS
    while not (folder / ADDRESS).exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"Kafka does not start\n{(folder / LOG).read_text()}")
        time.sleep(LOOK_SECONDS)


def _keep(folder: Path) -> None:
    with OwnKafka() as kafka, (folder / USERS).open("a") as users:
        made = folder / f"{ADDRESS}.new"
        made.write_text(kafka.servers)
        made.rename(folder / ADDRESS)
        fcntl.flock(users, fcntl.LOCK_EX)
        # Who comes from now on starts another one.
        (folder / ADDRESS).unlink()


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
