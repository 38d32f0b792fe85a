"""`python -m app copy` says what it did, or in one sentence why it did nothing."""

import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY, command, environment, run_app
from tests.e2e.databases import assert_refused, url
from tests.engines.sessions import connect, value
from tests.engines.until import until
from tests.fakes.databases import opened
from usecases.publish_tweet import NEVER_PULLED

NOWHERE = "postgresql://perch:secret@127.0.0.1:1/perch"
WAIT_SECONDS = 120.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "perch.db"
    with opened(file) as stores:
        stores.graph.follow("fan", "ann")
        stores.tweets.publish("ann", "hello", pull_from=NEVER_PULLED, key=None)
    return file


def test_what_is_no_move_from_sqlite_to_postgresql_is_refused(path: Path) -> None:
    assert_refused(["copy", "--from", NOWHERE, "--to", url(path)], "Only from an SQLite file .* not from postgresql")
    assert_refused(["copy", "--from", url(path)], "--to, or DATABASE_URL without it, must be postgresql://")
    assert_refused(["copy", "--from", url(path.parent / "no.db"), "--to", NOWHERE], "There is no database .*no.db")
    assert_refused(["copy", "--from", url(path), "--to", NOWHERE], "port=1 dbname=perch cannot be reached: ")


@pytest.mark.parametrize("password", ["pa%s3cret", "pa s3cret", "ab/s3cret"])
def test_an_address_that_cannot_be_read_is_refused_and_not_quoted(path: Path, password: str) -> None:
    wrong = f"postgresql://perch:{password}@127.0.0.1:1/perch"
    for words in (["copy", "--from", url(path)], ["migrate"], ["serve"], ["work"]):
        outcome = run_app(*words, DATABASE_URL=wrong)
        assert outcome.returncode == 2, outcome.stderr
        assert outcome.stderr.startswith("DATABASE_URL must be an address ")
        assert "s3cret" not in outcome.stderr


def test_a_host_that_can_be_none_is_refused(path: Path) -> None:
    wrong = "postgresql://perch:secret@no..host/perch"
    assert_refused(["serve"], "The database .* cannot be reached: ", DATABASE_URL=wrong)
    assert_refused(["copy", "--from", url(path), "--to", wrong], "The database .* cannot be reached: ")


def test_a_file_that_is_in_use_or_of_a_newer_perch_is_refused(path: Path) -> None:
    with opened(path):
        assert_refused(["copy", "--from", url(path), "--to", NOWHERE], "Another process of Perch uses the database")
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
    assert_refused(["copy", "--from", url(path), "--to", NOWHERE], "a newer Perch wrote it")


def test_a_copy_that_is_ended_from_outside_can_be_started_again(path: Path, own_schema_url: str) -> None:
    for by, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        with connect(own_schema_url) as session, session.transaction():
            session.execute("LOCK TABLE users")
            # What a shell starts in the background ignores SIGINT, and so would its children.
            arguments = ["env", "--default-signal=INT", *command("copy", "--from", url(path))]
            with subprocess.Popen(
                arguments,
                cwd=REPOSITORY,
                env=environment({"DATABASE_URL": own_schema_url}),
                stderr=subprocess.PIPE,
                text=True,
            ) as copying:
                with connect(own_schema_url) as other:
                    until(
                        lambda: value(
                            other, "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass"
                        ),
                        WAIT_SECONDS,
                    )
                copying.send_signal(by)
                _, said = copying.communicate(timeout=WAIT_SECONDS)
                assert copying.returncode == status, said
                assert said == ("Interrupted. It can be started again.\n" if by == signal.SIGINT else "")
    done = run_app("copy", "--from", url(path), DATABASE_URL=own_schema_url)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "tweets: 1\npulled tweets: 0\nfollows: 1\nidempotency keys: 0\nusers: 2\n"
    assert done.stdout.startswith(f"Everything in {path} is copied. ")
    with connect(own_schema_url) as session:
        assert value(session, "SELECT count(*) FROM tweets") == 1
