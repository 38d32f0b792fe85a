"""Without the packages of an extra, what needs it stops with the line that installs it, and the rest works."""

from pathlib import Path

import pytest

from app.compose.extras import EXTRAS
from cluster.perch_process import PerchProcess
from tests.e2e.databases import assert_refused

POSTGRES = "postgresql://127.0.0.1:1/perch"
WHY = r"DATABASE_URL needs the extra postgres: pip install 'perch-timelines\[postgres\]'"

BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture
def without(tmp_path: Path) -> dict[str, str]:
    """The settings of a process that finds none of the packages."""
    return only_without(tmp_path, EXTRAS["postgres"])


def only_without(folder: Path, packages: tuple[str, ...]) -> dict[str, str]:
    (folder / "sitecustomize.py").write_text(BLOCKER.format(missing=set(packages)))
    return {"PYTHONPATH": str(folder)}


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_a_command_names_the_extra(command: str, without: dict[str, str]) -> None:
    assert_refused([command], WHY, DATABASE_URL=POSTGRES, **without)


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_timelines_in_dynamodb_name_their_extra(tmp_path: Path, command: str) -> None:
    settings = {"DATABASE_URL": POSTGRES, "TIMELINES_URL": "dynamodb://eu-west-1"}
    why = r"A dynamodb:// or sqs:// address needs the extra aws: pip install 'perch-timelines\[aws\]'"
    assert_refused([command], why, **settings, **only_without(tmp_path, EXTRAS["aws"]))


@pytest.mark.parametrize(("command", "package"), [("serve", "psycopg_pool"), ("migrate", "alembic")])
def test_one_missing_package_is_enough(tmp_path: Path, command: str, package: str) -> None:
    assert_refused([command], WHY, DATABASE_URL=POSTGRES, **only_without(tmp_path, (package,)))


def test_a_broker_names_its_extra(tmp_path: Path) -> None:
    why = r"A kafka:// address needs the extra kafka: pip install 'perch-timelines\[kafka\]'"
    settings = only_without(tmp_path, EXTRAS["kafka"])
    assert_refused(["dlq", "show"], why, DATABASE_URL=POSTGRES, EVENTS_URL="kafka://127.0.0.1:1", **settings)


def test_sqlite_and_memory_need_no_extra(tmp_path: Path, without: dict[str, str]) -> None:
    for url in ("memory:", f"sqlite:///{tmp_path}/perch.db"):
        with PerchProcess(tmp_path / "log", DATABASE_URL=url, **without) as perch:
            assert perch.call("GET", "/v1/users/me/timeline", "bob")[0] == 200


def test_hints_through_aws_name_their_extra(tmp_path: Path) -> None:
    why = r"A dynamodb:// or sqs:// address needs the extra aws: pip install 'perch-timelines\[aws\]'"
    settings = only_without(tmp_path, EXTRAS["aws"])
    url = "sqs://eu-west-1/perch-tweet-created"
    assert_refused(["dlq", "show"], why, DATABASE_URL=POSTGRES, EVENTS_URL=url, **settings)


def test_traces_name_their_extra(tmp_path: Path) -> None:
    why = r"TRACES_URL needs the extra otel: pip install 'perch-timelines\[otel\]'"
    settings = only_without(tmp_path, EXTRAS["otel"])
    assert_refused(["serve"], why, DATABASE_URL="memory:", TRACES_URL="http://127.0.0.1:4318", **settings)
