"""A small file system, which can be filled; only root can mount one."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

WAIT_SECONDS = 30.0
MIB = 1 << 20
TRIED_MIB = 8
PAGE = 4096
AGAIN_SECONDS = 0.001


def mount(folder: Path, mebibytes: int) -> None:
    """Makes the folder, with a file system of its own that is in a file beside it and keeps what is synchronised.

    Raises `OSError` if it cannot be mounted here. Who removes the folder must unmount it before.
    """
    image = folder.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(mebibytes * MIB)
    folder.mkdir()
    _run("mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", image)
    _run("mount", "-o", "loop", image, folder)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip())


@cache
def missing() -> str | None:
    """Why `mount` does not work here; None if it does."""
    if os.geteuid() != 0:
        return "only root can mount a small file system"
    with tempfile.TemporaryDirectory(prefix="perch-disk-") as folder:
        disk = Path(folder) / "disk"
        try:
            mount(disk, TRIED_MIB)
            unmount(disk)
        except OSError as error:
            return f"no file system can be mounted here: {error}"
    return None


def unmount(folder: Path) -> None:
    _run("umount", "--lazy", folder)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Takes all the room that is left, and what becomes free meanwhile; gives it back afterwards."""
    ballast, over = folder / "ballast", threading.Event()

    def fill() -> None:
        while not over.wait(AGAIN_SECONDS):
            _fill(ballast, 1)

    with ThreadPoolExecutor(1) as pool:
        _fill(ballast, MIB // PAGE)
        filling = pool.submit(fill)
        try:
            yield
        finally:
            over.set()
            filling.result(WAIT_SECONDS)
            ballast.unlink()


def _fill(ballast: Path, pages: int) -> None:
    """Writes so many pages at a time, and in the end single ones, until there is no room."""
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(bytes(pages * PAGE)) == pages * PAGE:
            pass
        while file.write(bytes(PAGE)):
            pass
