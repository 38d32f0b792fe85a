"""Each of these breaks a promise in one line, and some test of the races must notice."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PARTS = ("domain", "usecases", "infrastructure", "app", "tests", "setup.cfg")
TESTS = "tests/integration"
TESTS_FAILED = 1
SECONDS_MAX = 280


@dataclass(frozen=True, slots=True)
class Break:
    """One replacement in one file, and the test that notices it."""

    file: str
    old: str
    new: str
    test: str


UNPUSHED = "        unpushed = self._tweets.unpushed(reader.authors, low, high, limit)\n"
VIEW = "        view = self._prepared_view(reader, low, high, limit)\n"
PUSH = "        self._timelines.push(event.tweet_id, followers)\n"
MARK_PUSHED = "        self._tweets.mark_pushed(event.tweet_id)\n"

BREAKS = {
    "the timeline is looked at before unpushed": Break(
        "usecases/home_timeline/read.py",
        UNPUSHED + VIEW,
        VIEW + UNPUSHED,
        "test_push_races.py::test_push_between_any_two_looks_of_a_read_hides_and_doubles_nothing",
    ),
    "the follows are looked at after the timeline's preparation": Break(
        "usecases/home_timeline/prepare.py",
        "        generation, mark = self._timelines.install(user_id)\n"
        "        followees = self._graph.followees(user_id)\n"
        "        unmerged = followees.followed_after(mark)\n"
        "        ids = self._tweets.newest(unmerged, 0, NEWEST, self._capacity + 1)\n",
        "        unmerged = self._graph.followees(user_id).followed_after(0)\n"
        "        ids = self._tweets.newest(unmerged, 0, NEWEST, self._capacity + 1)\n"
        "        generation, mark = self._timelines.install(user_id)\n"
        "        followees = self._graph.followees(user_id)\n",
        "test_rebuild_races.py::test_push_before_any_look_of_a_rebuild_is_kept",
    ),
    "a tweet leaves unpushed before its last page": Break(
        "usecases/deliver_tweet.py",
        PUSH,
        MARK_PUSHED + PUSH,
        "test_push_races.py::test_tweet_stays_unpushed_until_the_last_slice_is_written",
    ),
    "the merge mark is set, and nothing is merged": Break(
        "usecases/home_timeline/prepare.py",
        "followees.followed_after(mark)",
        "followees.followed_after(followees.newest_follow_id)",
        "test_follow_races.py::test_refollow_shows_the_tweets_that_were_missed",
    ),
    "the floor is not raised when entries are dropped": Break(
        "domain/timeline.py",
        "        self.floor = self[kept_from]\n",
        "",
        "test_floor_races.py::test_late_delivery_below_the_floor_changes_nothing",
    ),
    "the floor is not raised when the logs have more": Break(
        "usecases/home_timeline/prepare.py",
        "floor = kept[-1] if len(ids) > self._capacity else 0",
        "floor = 0",
        "test_floor_races.py::test_page_that_lies_across_the_floor_is_whole",
    ),
    "a page ends at the floor": Break(
        "usecases/home_timeline/read.py",
        "if len(view.ids) < limit and view.floor > low + 1:",
        "if not view.ids and view.floor > low + 1:",
        "test_floor_races.py::test_page_that_lies_across_the_floor_is_whole",
    ),
    "a merge goes into whatever timeline is there": Break(
        "infrastructure/memory/timelines.py",
        "if timeline.generation == generation:",
        "if timeline is not self._absent:",
        "test_rebuild_races.py::test_timeline_thrown_away_before_the_merge_of_a_rebuild_refuses_what_has_a_hole",
    ),
    "a first page goes beyond its frontier": Break(
        "usecases/home_timeline/read.py",
        "since_id, frontier + 1)",
        "since_id, 1 << 62)",
        "test_page_races.py::test_tweet_published_during_a_first_page_is_left_to_the_next_poll",
    ),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source, in which something may be broken."""
    for part in PARTS:
        if (REPOSITORY / part).is_dir():
            shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / part, tmp_path / part)
    return tmp_path


def test_the_copy_as_it_is_passes(tree: Path) -> None:
    run = run_tests(tree, *(f"{TESTS}/{broken.test}" for broken in BREAKS.values()))
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_noticed(tree: Path, name: str) -> None:
    broken = BREAKS[name]
    break_it(tree, broken)
    run = run_tests(tree, f"{TESTS}/{broken.test}")
    assert run.returncode == TESTS_FAILED, run.stdout
    assert "AssertionError" in run.stdout or "assert " in run.stdout


def break_it(tree: Path, broken: Break) -> None:
    file = tree / broken.file
    source = file.read_text()
    assert source.count(broken.old) == 1, f"{broken.file} no longer has the line to break"
    file.write_text(source.replace(broken.old, broken.new))


def run_tests(tree: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Runs tests on the copy; what they import is the copy's, because it comes first on the path."""
    where = [sys.executable, "-c", "import usecases; print(usecases.__file__)"]
    imported = subprocess.run(where, cwd=tree, capture_output=True, text=True, timeout=SECONDS_MAX, check=True)
    assert imported.stdout.startswith(str(tree))
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    short = {name: value for name, value in os.environ.items() if name != "LONG"}
    return subprocess.run(
        command, cwd=tree, env=short, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
