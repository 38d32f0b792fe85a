"""Alerts and board name only metrics and labels that processes of Perch report."""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client.parser import text_string_to_metric_families

from cluster.exchange import TIMELINE
from cluster.perch_process import PerchProcess
from tests.fakes.shared_metrics import shared_metrics
from tests.observability.queries import BOARD, Query, of_alerts, of_board, panels

OF_PROMETHEUS = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate", "job", "instance"}}
"""The metrics that Prometheus adds."""

OF_TARGET = {"job", "instance"}
"""The labels that Prometheus adds to every metric."""

QUERIES = [*of_alerts(), *of_board()]
WIDTH = 24

Labels = Mapping[str, set[str]]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    """The labels of each metric, as real processes report them, and as those on shared engines would."""
    folder = tmp_path_factory.mktemp("processes")
    text = shared_metrics()
    for url in ("memory:", f"sqlite:///{folder}/perch.db"):
        with PerchProcess(folder / "log", DATABASE_URL=url) as perch:
            assert perch.call("GET", TIMELINE, "bob")[0] == 200
            text += "\n" + perch.call("GET", "/metrics")[1].decode()
    return dict(_labels(text)) | OF_PROMETHEUS


def _labels(text: str) -> Iterator[tuple[str, set[str]]]:
    labels: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    for name, found in labels.items():
        yield name, found | OF_TARGET


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.where)
def test_a_query_names_metrics_and_labels_that_there_are(query: Query, reported: Labels) -> None:
    assert query.selected
    assert query.selected.keys() <= reported.keys()
    for metric, labels in query.selected.items():
        assert labels <= reported[metric]
    known = set().union(*(reported[metric] for metric in query.selected))
    assert query.grouped <= known
    # The texts show only labels that the result has.
    assert query.shown <= (query.grouped if query.aggregates else known)


def test_the_reader_of_queries_finds_names_and_labels() -> None:
    read = Query(
        "", 'sum by (le, a) (rate(b_total{c="d", e=~"f|g"}[5m])) > 0.1 * h unless absent(i) offset 5m', frozenset()
    )
    assert read.selected == {"b_total": {"c", "e"}, "h": set(), "i": set()}
    assert read.grouped == {"le", "a"}
    assert read.aggregates


def test_grafanas_own_types_take_every_field_of_the_board() -> None:
    register_default_plugins()
    board = json.loads(BOARD.read_text())
    assert list(_lost(board, json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(board))))) == []


def _lost(written: Any, taken: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any part of a document
    """Yields the path of each part that was written and not taken."""
    if isinstance(written, dict) and isinstance(taken, dict):
        for name, value in written.items():
            yield from _lost(value, taken.get(name), f"{path}/{name}")
    elif isinstance(written, list) and isinstance(taken, list) and len(written) == len(taken):
        for number, pair in enumerate(zip(written, taken, strict=True)):
            yield from _lost(*pair, f"{path}/{number}")
    elif written != taken:
        yield path


def test_panels_have_places_of_their_own_and_say_what_they_show() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        columns, rows = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells = set(itertools.product(columns, rows))
        assert not taken & cells
        assert max(columns) < WIDTH
        taken |= cells
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
