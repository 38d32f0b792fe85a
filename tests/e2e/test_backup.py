"""Copies of the file, also while the service writes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cluster.perch_process import run_app
from tests.e2e.conftest import StartPerch
from tests.e2e.databases import assert_refused, publish, url
from tests.fakes.databases import opened, rows


def test_a_backup_while_the_service_writes_is_whole(tmp_path: Path, start_perch: StartPerch) -> None:
    path, copy = tmp_path / "perch.db", tmp_path / "copy.db"
    perch = start_perch(DATABASE_URL=url(path))
    before, over = [publish(perch) for _ in range(20)], threading.Event()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [publish(perch) for _ in iter(over.is_set, True)])
        outcome = run_app("backup", copy, DATABASE_URL=url(path))
        over.set()
        meanwhile = writing.result()

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout == f"{copy} is a copy of {path}.\n"
    restored = start_perch(DATABASE_URL=url(copy))
    there = [restored.call("GET", f"/v1/tweets/{tweet}")[0] == 200 for tweet in (*before, *meanwhile)]
    assert all(there[: len(before)])
    assert there == sorted(there, reverse=True), "it is of one moment"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not copy.with_name("copy.db.part").exists()


def test_a_backup_of_a_stopped_service(tmp_path: Path, start_perch: StartPerch) -> None:
    path, copy = tmp_path / "perch.db", tmp_path / "copy.db"
    perch = start_perch(DATABASE_URL=url(path))
    publish(perch)
    perch.stop()
    assert run_app("backup", copy, DATABASE_URL=url(path)).returncode == 0
    assert rows(copy, "SELECT count(*) FROM tweets") == [(1,)]


def test_a_backup_that_cannot_be_made_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    path, copy = tmp_path / "perch.db", tmp_path / "copy.db"
    assert_refused(["backup", copy], f"no database {path}", DATABASE_URL=url(path))
    assert_refused(["backup", copy], "DATABASE_URL.*memory:", DATABASE_URL="memory:")
    path.write_text("These are notes.\n" * 1000)
    assert_refused(["backup", copy], "not a database", DATABASE_URL=url(path))
    assert not copy.exists()
    with opened(tmp_path / "good.db"):
        pass
    copy.write_text("mine")
    assert_refused(["backup", copy], f"{copy} is there already", DATABASE_URL=url(tmp_path / "good.db"))
    assert_refused(["backup", tmp_path / "none" / "copy"], "none", DATABASE_URL=url(tmp_path / "good.db"))
    assert copy.read_text() == "mine"
    assert list(tmp_path.glob("*.part")) == []
