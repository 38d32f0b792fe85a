"""Copies of the file, also while the service writes."""

import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app import backup
from cluster.perch_process import run_app
from infrastructure.cannot_use import CannotUse
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
    assert list(tmp_path.glob("*.part")) == []


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


def test_two_backups_of_one_name_are_both_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, copy = tmp_path / "perch.db", tmp_path / "copy.db"
    with opened(path) as stores:
        stores.graph.follow("ann", "bob")
    whole = backup._copy_into

    def interrupted(_source: Path, part: Path) -> None:
        part.write_text("half of it")
        raise OSError(errno.ENOSPC, "full")

    def while_another_is_interrupted(source: Path, part: Path) -> None:
        whole(source, part)
        monkeypatch.setattr(backup, "_copy_into", interrupted)
        with pytest.raises(CannotUse, match="full"):
            backup._copy(source, copy)

    monkeypatch.setattr(backup, "_copy_into", while_another_is_interrupted)
    backup._copy(path, copy)
    assert rows(copy, "SELECT follower_id, followee_id FROM follows") == [("ann", "bob")]
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("words", [["serve"], ["backup", "copy.db"]])
def test_a_name_that_is_too_long_is_refused(words: list[object]) -> None:
    assert_refused(words, "(cannot be (found|looked for)): .*too long", DATABASE_URL=url("x" * 300))
