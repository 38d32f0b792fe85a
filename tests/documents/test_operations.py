"""The guide for operators names every metric, and no other."""

import re

from app.config import Settings
from app.container import build
from tests.documents.document import DOCS
from tests.fakes.scrapes import family, samples
from tests.http.client import Client
from tests.http.wire import InProcess

GUIDE = (DOCS / "operations.md").read_text()
SECTION = GUIDE.partition("## Metrics\n")[2].partition("\n## ")[0]


def names_of_samples() -> set[str]:
    perch = build(Settings(secret_key="the key of these tests"), run_worker=False)  # noqa: S106
    client = Client(InProcess(perch.app))
    client.get("/livez")
    return {name.partition("{")[0] for name in samples(client.get("/metrics").body.decode())}


def test_the_table_has_every_metric_once_and_no_other() -> None:
    rows = re.findall(r"^\| `(perch_\w+)` \|", SECTION, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(map(family, names_of_samples()))


def test_alerts_ask_for_samples_that_there_are() -> None:
    named = set(re.findall(r"perch_\w+", SECTION))
    known = names_of_samples()
    assert named <= known | set(map(family, known))


def test_every_row_says_which_alert_to_put_on_it_or_none() -> None:
    for row in re.findall(r"^\| `perch_.*\|$", SECTION, re.MULTILINE):
        alert = row.split(" | ")[2]
        assert alert.startswith(("`", "none")), row
        assert alert.startswith("none") or ": " in alert, "an alert says why"
