"""The guide for operators names every setting and every metric, and no other."""

import re

from app.settings import Settings
from tests.built import in_process
from tests.documents.document import DOCS
from tests.fakes.scrapes import family, samples
from tests.http.client import Client

GUIDE = (DOCS / "operations.md").read_text()
SECTION = GUIDE.partition("## Metrics\n")[2].partition("\n## ")[0]


def names_of_samples() -> set[str]:
    client = Client(in_process())
    client.get("/livez")
    return {name.partition("{")[0] for name in samples(client.get("/metrics").body.decode())}


def test_the_table_has_every_setting_once_and_no_other() -> None:
    table = GUIDE.partition("## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[A-Z].*?) \|", table, re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(Settings.names())


def test_the_table_has_every_metric_once_and_no_other() -> None:
    rows = re.findall(r"^\| `(perch_\w+)` \|", SECTION, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(map(family, names_of_samples()))


def test_alerts_use_existing_samples() -> None:
    named = set(re.findall(r"perch_\w+", SECTION))
    known = names_of_samples()
    assert named <= known | set(map(family, known))


def test_every_metric_has_an_alert_or_none() -> None:
    for row in re.findall(r"^\| `perch_.*\|$", SECTION, re.MULTILINE):
        alert = row.split(" | ")[2]
        assert alert.startswith(("`", "none")), row
        assert alert.startswith("none") or ": " in alert, "an alert says why"
