"""Files that cannot be used are left as they are, with a sentence that says why."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from infrastructure.cannot_use import CannotUse
from infrastructure.sqlite.opening import DatabaseFile
from infrastructure.sqlite.schema import APPLICATION_ID, STEPS
from tests.fakes.databases import opened

PAGE = 4096


def make(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"These are notes, not a database.\n" * 500)


def of_another_program(path: Path) -> None:
    make(path, "CREATE TABLE bookmarks (url TEXT)", "INSERT INTO bookmarks VALUES ('https://sqlite.org')")


def empty_of_another_program(path: Path) -> None:
    make(path, "PRAGMA application_id = 1", "CREATE TABLE t (x)", "DROP TABLE t")


def of_a_newer_version(path: Path) -> None:
    with opened(path):
        pass
    make(path, f"PRAGMA user_version = {len(STEPS) + 1}")


def damaged(path: Path) -> None:
    with opened(path):
        pass
    make(
        path,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO tweets SELECT i, 'ann', printf('%.100c', 'x'), 0 FROM n",
    )
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // PAGE // 2 * PAGE)
        file.write(b"\xa5" * 3 * PAGE)


def state(path: Path) -> tuple[str, int]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (not_a_database, "file is not a database"),
        (of_another_program, "another program"),
        (empty_of_another_program, "another program"),
        (of_a_newer_version, "a newer Perch wrote it"),
        (damaged, "damaged|malformed"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_left_as_it_is(
    tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "perch.db"
    spoil(path)
    before = state(path)

    with pytest.raises(CannotUse, match=reason) as refused:
        DatabaseFile(path)

    assert str(path) in str(refused.value)
    assert str(refused.value).endswith(".")
    assert state(path) == before


def test_a_folder_is_refused_and_nothing_is_made_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(CannotUse, match="is a folder"):
        DatabaseFile(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_in_use_is_refused_under_any_of_its_names(tmp_path: Path) -> None:
    path, link = tmp_path / "perch.db", tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(path)
    with opened(path):
        for name in (path, link):
            with pytest.raises(CannotUse, match="Another process"):
                DatabaseFile(name)
    with opened(link):
        pass


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    with opened(tmp_path / "perch.db"):
        modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("perch.db", "perch.db-wal", "perch.db-shm", "perch.db.lock"), 0o600)


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "perch.db"
    path.touch()
    with opened(path):
        pass
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_closing_twice_closes_once(tmp_path: Path) -> None:
    file = DatabaseFile(tmp_path / "perch.db")
    file.close()
    with (tmp_path / "other").open("w") as other:
        file.close()
        other.write("still open")
