"""The guide for operators names every setting and every metric, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from tests.built import built
from tests.documents.document import DOCS
from tests.fakes.scrapes import family, samples
from tests.http.client import Client
from tests.http.wire import InProcess

GUIDE = (DOCS / "operations.md").read_text()
SECTION = GUIDE.partition("## Metrics\n")[2].partition("\n## ")[0]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[set[str]]:
    """The names of all samples of a service with a database."""
    with built({"DATABASE_URL": f"sqlite:///{tmp_path}/perch.db"}) as perch:
        client = Client(InProcess(perch.app))
        client.get("/livez")
        yield {name.partition("{")[0] for name in samples(client.get("/metrics").body.decode())}


def test_the_table_has_every_setting_once_and_no_other() -> None:
    table = GUIDE.partition("## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[A-Z].*?) \|", table, re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(Settings.names())


def test_the_table_has_every_metric_once_and_no_other(known: set[str]) -> None:
    rows = re.findall(r"^\| `(perch_\w+)` \|", SECTION, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(map(family, known))


def test_alerts_use_existing_samples(known: set[str]) -> None:
    named = set(re.findall(r"perch_\w+", SECTION))
    assert named <= known | set(map(family, known))


def test_every_metric_has_an_alert_or_none() -> None:
    for row in re.findall(r"^\| `perch_.*\|$", SECTION, re.MULTILINE):
        alert = row.split(" | ")[2]
        assert alert.startswith(("`", "none")), row
        assert alert.startswith("none") or ": " in alert, "an alert says why"
