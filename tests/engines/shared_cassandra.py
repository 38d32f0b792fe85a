"""One node for all test processes of a run: the first one starts it, and ends it when no other needs it any more."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cluster.engines.own_cassandra import OwnCassandra

RUN = "PYTEST_XDIST_TESTRUNUID"
"""All test processes of a run have the same one."""


@contextmanager
def shared_cassandra() -> Iterator[tuple[str, int]]:
    """Host and port of a node that other test processes may use, too, so that a test needs a keyspace of its own."""
    folder = Path(tempfile.gettempdir(), f"perch-cassandra-{os.getuid()}-{os.environ.get(RUN) or os.getpid()}")
    folder.mkdir(exist_ok=True)
    with (folder / "state").open("a+") as state, (folder / "users").open("a") as users:
        fcntl.flock(state, fcntl.LOCK_EX)
        known = _read(state)
        if known is not None:
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(state, fcntl.LOCK_UN)
            yield known
            return
        with OwnCassandra() as node:
            _write(state, [node.address, node.port])
            fcntl.flock(state, fcntl.LOCK_UN)
            try:
                yield node.address, node.port
            finally:
                # From now on others start a node of their own; those who use this one are waited for.
                fcntl.flock(state, fcntl.LOCK_EX)
                _write(state, None)
                shutil.rmtree(folder, ignore_errors=True)
                fcntl.flock(state, fcntl.LOCK_UN)
                fcntl.flock(users, fcntl.LOCK_EX)


def _read(state: IO[str]) -> tuple[str, int] | None:
    state.seek(0)
    address, port = json.loads(state.read() or "null") or (None, 0)
    return (address, port) if address else None


def _write(state: IO[str], known: list[object] | None) -> None:
    state.seek(0)
    state.truncate()
    json.dump(known, state)
    state.flush()
