"""The quick form of `make bench-cluster` measures every figure on a real cluster."""

import sys

import pytest

from benchmarks.cluster.sites import why_not
from benchmarks.table import WIDTHS
from cluster.perch_process import REPOSITORY, RUN_SECONDS, run
from tests.engines.missing import go_without

pytestmark = pytest.mark.engines

COMMAND = [sys.executable, "-m", "benchmarks.cluster", "--quick", "--only", "postgres"]
BEFORE_FIGURE = sum(width + 2 for width in WIDTHS[:3])
COSTS = {f"{act}: CPU of {part}" for act in ("read", "publish") for part in ("nginx", "serve", "work", "postgres")}
FIGURES = {
    *(f"{what} over 8 connections" for what in ("follows", "first reads")),
    *(f"home page: {what}" for what in ("rate", "p50 at half the rate", "p99 at half the rate")),
    *(f"mix: {what}" for what in ("rate", "reads", "publishes", "follows", "home, p99 at half the rate")),
    "deliveries",
    "tweet of the hub, until the last timeline has it",
    "home page while the hub publishes: p99 at a quarter of the rate",
    *(f"tweet in a stream of the other serve: {share}" for share in ("p50", "p99")),
}


def test_every_figure_of_a_cluster_is_measured_and_no_page_is_written() -> None:
    if reason := why_not("postgres"):
        go_without(reason)
    pages = [REPOSITORY / "docs" / name for name in ("benchmarks-cluster.md", "benchmarks/cluster.json")]
    before = [path.read_bytes() for path in pages]
    done = run(COMMAND, RUN_SECONDS, {})
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if len(line) > BEFORE_FIGURE]
    shown = {line[: WIDTHS[0]].strip(): line[BEFORE_FIGURE:].split()[0].replace(",", "") for line in lines[1:]}
    assert shown.keys() >= COSTS | FIGURES
    assert all(float(shown[name]) > 0 for name in FIGURES)
    assert sum(float(shown[name]) for name in COSTS) > 0
    assert [path.read_bytes() for path in pages] == before
