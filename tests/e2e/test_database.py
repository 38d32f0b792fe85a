"""The file behind the service: which one, which cannot be used, and loads that outlive the process."""

import json
import os
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app import wsgi
from app.wsgi import Application
from cluster.perch_process import REPOSITORY, START_SECONDS, run_app
from infrastructure.cannot_use import CannotUse
from infrastructure.sqlite.schema import STEPS
from tests.built import settings_of
from tests.e2e.conftest import StartPerch
from tests.e2e.databases import assert_refused, publish, url
from tests.engines.until import until
from tests.fakes.databases import opened, rows
from tests.http.client import Client
from tests.http.wire import InProcess
from usecases.publish_tweet import NEVER_PULLED

WAITING = 20


def make_no_database(path: Path) -> None:
    path.write_text("These are notes.\n" * 1000)


def make_of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE bookmarks (url TEXT)")


def make_newer(path: Path) -> None:
    with opened(path):
        pass
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {len(STEPS) + 1}")


def make_damaged(path: Path) -> None:
    with opened(path) as stores:
        for _ in range(500):
            stores.tweets.publish("ann", "x" * 200, pull_from=NEVER_PULLED, key=None)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 8192 * 4096)
        file.write(b"\xa5" * 8192)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (make_no_database, "file is not a database"),
        (make_of_another_program, "another program"),
        (make_newer, "a newer Perch"),
        (make_damaged, "damaged|malformed"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_and_stays_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    path = tmp_path / "perch.db"
    make(path)
    before = path.read_bytes()
    assert_refused(["serve"], f"{path}.*(?:{why})", DATABASE_URL=url(path))
    assert path.read_bytes() == before


def test_a_missing_folder_stops_the_start(tmp_path: Path) -> None:
    assert_refused(["serve"], f"no folder {tmp_path}/none", DATABASE_URL=url(tmp_path / "none" / "perch.db"))
    assert list(tmp_path.iterdir()) == []


def test_under_another_server_requests_are_refused_until_it_can_start(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    ann = Client(InProcess(Application(settings_of({"DATABASE_URL": url(folder / "perch.db")}))), "ann")
    refused = ann.get("/livez")
    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
    assert str(folder) not in refused.body.decode()


def test_under_another_server_nobody_waits_long_behind_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()

    def open_slowly(*_: object) -> None:
        assert going_on.wait(START_SECONDS)
        raise CannotUse("The database does not answer.")

    monkeypatch.setattr(wsgi, "open_adapters", open_slowly)
    monkeypatch.setattr(wsgi, "START_WAIT_SECONDS", 0.05)
    transport = InProcess(Application(settings_of()))
    with ThreadPoolExecutor(WAITING + 1) as pool:
        asked = [pool.submit(Client(transport, "ann").get, "/livez") for _ in range(WAITING + 1)]
        until(lambda: sum(each.done() for each in asked) == WAITING)
        going_on.set()
        answers = [each.result() for each in asked]
    assert {answer.status for answer in answers} == {503}
    assert Counter(answer.headers["Retry-After"] for answer in answers) == {"1": WAITING, "60": 1}


def test_under_another_server_a_start_without_threads_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def start_all_but_the_last(thread: threading.Thread) -> None:
        if thread.name == "supervisor":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_all_but_the_last)
    before = set(threading.enumerate())
    ann = Client(InProcess(Application(settings_of({"DATABASE_URL": url(tmp_path / "perch.db")}))), "ann")
    for _ in range(2):  # the second time the file would be in use
        with pytest.raises(RuntimeError, match="new thread"):
            ann.get("/livez")
    until(lambda: set(threading.enumerate()) <= before)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("read_only", ["folder", "folder/perch.db"])
def test_what_cannot_be_written_to_stops_the_start(tmp_path: Path, read_only: str) -> None:
    path = tmp_path / "folder" / "perch.db"
    path.parent.mkdir()
    path.touch()
    (tmp_path / read_only).chmod(0o500)
    assert_refused(["serve"], "cannot be|readonly", DATABASE_URL=url(path))


def test_a_second_process_is_refused_while_the_first_goes_on(tmp_path: Path, start_perch: StartPerch) -> None:
    path = tmp_path / "perch.db"
    perch = start_perch(DATABASE_URL=url(path))
    assert_refused(["serve"], f"Another process of Perch uses the database {path}", DATABASE_URL=url(path))
    publish(perch)


def test_a_relative_path_is_in_the_working_directory_and_the_log_says_where(
    tmp_path: Path, start_perch: StartPerch
) -> None:
    relative = os.path.relpath(tmp_path / "here.db", REPOSITORY)
    perch = start_perch(DATABASE_URL=url(relative), LOG_LEVEL="INFO")
    publish(perch)
    [started] = [line for line in map(json.loads, perch.log().splitlines()) if line["event"] == "perch_started"]
    assert started["database"] == str(tmp_path / "here.db")
    assert rows(tmp_path / "here.db", "SELECT count(*) FROM tweets") == [(1,)]


def test_memory_is_told_as_such(start_perch: StartPerch) -> None:
    perch = start_perch(DATABASE_URL="memory:", LOG_LEVEL="INFO")
    assert '"database":"memory:"' in perch.log()


def test_a_stop_and_a_start_keep_everything(tmp_path: Path, start_perch: StartPerch) -> None:
    path = tmp_path / "perch.db"
    first = start_perch(DATABASE_URL=url(path))
    tweet = publish(first)
    first.stop()
    assert not path.with_name("perch.db-wal").exists()
    second = start_perch(DATABASE_URL=url(path))
    assert second.call("GET", f"/v1/tweets/{tweet}")[0] == 200


def test_a_load_outlives_the_process(tmp_path: Path, start_perch: StartPerch) -> None:
    path, options = tmp_path / "perch.db", ["--prefix", "l-", "--seed", "7", "--sample", "3"]
    perch = start_perch(DATABASE_URL=url(path))
    loaded = run_app("load", "--url", perch.url, *options)
    assert (loaded.returncode, loaded.stderr) == (0, ""), loaded
    perch.process.kill()
    perch.process.wait(START_SECONDS)

    again = start_perch(DATABASE_URL=url(path))
    checked = run_app("load", "--url", again.url, *options, "--check")

    assert checked.returncode == 0, checked
    assert "0 timelines differ" in checked.stdout
    assert "missing" not in checked.stdout
    other = run_app("load", "--url", again.url, *options, "--check", "--seed", "8")
    assert other.returncode == 1
    assert re.search(r"^follows: [1-9]\d* missing, [1-9]\d* extra$", other.stdout, re.MULTILINE)
    assert re.search(r"^tweets: [1-9]\d* missing, [1-9]\d* extra$", other.stdout, re.MULTILINE)
