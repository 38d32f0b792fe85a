"""The disk takes writes and fails to sync them: what was refused is not there after a crash."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cluster.perch_process import PerchProcess
from tests.e2e.test_stream import publish

LIBRARY = r"""
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int refuse(void) { errno = EIO; return -1; }
int fdatasync(int file) { (void)file; return access(getenv("SYNC_FAILS"), F_OK) == 0 ? refuse() : 0; }
int fsync(int file) { return fdatasync(file); }
"""
"""Syncs fail while there is a file of the name in SYNC_FAILS, and are left out otherwise: nothing here loses power."""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler for the library that fails to sync")
    source, made = tmp_path / "sync.c", tmp_path / "sync.so"
    source.write_text(LIBRARY)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, source], check=True)
    return made


def test_a_write_that_was_refused_because_of_a_sync_is_not_there_after_a_crash(library: Path, tmp_path: Path) -> None:
    fails, database = tmp_path / "fails", f"sqlite:///{tmp_path / 'perch.db'}"
    body = json.dumps({"text": "refused"}).encode()
    with PerchProcess(tmp_path / "log", DATABASE_URL=database, LD_PRELOAD=str(library), SYNC_FAILS=str(fails)) as perch:
        kept = publish(perch, "alice")
        fails.touch()
        assert perch.call("POST", "/v1/tweets", "alice", body)[0] == 503
        perch.process.kill()
        perch.process.wait()
    with PerchProcess(tmp_path / "again.log", DATABASE_URL=database) as perch:
        tweets = json.loads(perch.call("GET", "/v1/users/alice/tweets")[1])["data"]
        assert [tweet["id"] for tweet in tweets] == [kept]
