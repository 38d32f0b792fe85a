"""The disk is full, the file is locked or broken: writes say so, reads go on, and afterwards writes work again."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cluster.engines.small_disk import filled
from cluster.perch_process import PerchProcess
from tests.e2e.conftest import StartPerch
from tests.fakes.databases import copied, locked
from tests.faults.disk_load import WAIT_SECONDS, Load, await_readiness, check_all_are_there, follow_all
from tests.faults.report import record

DISK_KB = 8192
"""Twice the WAL, which would else fill the disk alone before it is brought into the file."""
RECOVERED_SECONDS = 5.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for a few thousand tweets."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs", folder],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S607


def test_a_disk_that_is_full_and_freed_again_under_load(small_disk: Path, start_perch: StartPerch) -> None:
    database = small_disk / "perch.db"
    perch = start_perch(DATABASE_URL=f"sqlite:///{database}", THREADS="8")
    follow_all(perch)
    load = Load(perch)
    recovered: list[float] = []

    def fill_and_free() -> None:
        for _ in range(3):
            load.await_more("answered")
            with filled(small_disk):
                load.await_more("refused")
                await_readiness(perch, 503)
                load.await_more("reads")
                load.await_more("refused")
            recovered.append(load.await_more("answered"))
            await_readiness(perch, 200)

    load.run(fill_and_free)

    check_all_are_there(perch, load)
    perch.process.kill()
    perch.process.wait(WAIT_SECONDS)
    again = start_perch(DATABASE_URL=f"sqlite:///{database}")
    check_all_are_there(again, load)
    record("disk full", times=3, writes_answered=len(load.answered), refused=load.refused, recovered_s=max(recovered))
    assert max(recovered) < RECOVERED_SECONDS


@contextmanager
def locked_file(_: PerchProcess, database: Path) -> Iterator[None]:
    with locked(database):
        yield


@contextmanager
def failing_writes(perch: PerchProcess, _: Path) -> Iterator[None]:
    """Every write to any file fails meanwhile, which SQLite takes for an I/O error."""
    before = resource.prlimit(perch.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(perch.process.pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("broken", [locked_file, failing_writes])
def test_a_file_that_cannot_be_written_to_for_a_while_under_load(
    tmp_path: Path,
    start_perch: StartPerch,
    broken: Callable[[PerchProcess, Path], AbstractContextManager[None]],
) -> None:
    database = tmp_path / "perch.db"
    perch = start_perch(DATABASE_URL=f"sqlite:///{database}", THREADS="8")
    follow_all(perch)
    load = Load(perch)

    def break_and_mend() -> None:
        load.await_more("answered")
        with broken(perch, database):
            load.await_more("refused")
            await_readiness(perch, 503)
            load.await_more("reads")
        recovered = load.await_more("answered")
        await_readiness(perch, 200)
        record(broken.__name__.replace("_", " "), refused=load.refused, recovered_s=recovered)
        assert recovered < RECOVERED_SECONDS

    load.run(break_and_mend)

    check_all_are_there(perch, load)
    copy = copied(database, tmp_path / "copy.db")
    check_all_are_there(start_perch(DATABASE_URL=f"sqlite:///{copy}"), load)
