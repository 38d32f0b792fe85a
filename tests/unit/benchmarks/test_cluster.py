"""The pure parts of the benchmarks of clusters: what is asked, what is merged, and what the page shows."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.cluster import page
from benchmarks.cluster.amounts import small_graph
from benchmarks.cluster.costs import Costs, figures_of
from benchmarks.cluster.measure import GRAPHS
from benchmarks.cluster.pages import SHARES, acts_of
from benchmarks.cluster.pushing import FIRST_TWEETS, TWEETS_MAX, tweets_for
from benchmarks.cluster.sites import SITES
from benchmarks.figure import LeftOut, plain, ratio
from benchmarks.results import Results, load, save

COSTS = [
    Costs({"serve": 1_500.0, "postgres": number}, {"serve": 2_000.0, "postgres": 0.0}, {"serve": 0.0, "postgres": 8.72})
    for number in (700.0, 100.0, 800.0)
]
RATE = ratio("home page: rate", [500.0, 700.0, 600.0], "bare Flask view", [6_000.0] * 3, "/s")
SECONDS = plain("tweet of the hub", [0.5, 0.25, 0.75], "s")
RESULTS = Results.of_run(
    {"measured": "today", "CPU": "fast", "commit": "1", "CPUs": "2"},
    {
        "sqlite on reed98": [RATE],
        "postgres on reed98": [*figures_of(COSTS), RATE, SECONDS, LeftOut("streams", "not there")],
        "postgres on git": [SECONDS],
    },
)


def test_a_row_of_the_page_has_the_median_of_each_site_and_its_ratio() -> None:
    assert list(page.figures(RESULTS, "reed98")) == [
        "| what | `sqlite` | `postgres` |",
        "| --- | --- | --- |",
        "| home page: rate | 600 /s (0.10 ×) | 600 /s (0.10 ×) |",  # noqa: RUF001
        "| tweet of the hub |  | 0.50 s |",
    ]
    assert list(page.figures(RESULTS, "git")) == [
        "| what | `postgres` |",
        "| --- | --- |",
        "| tweet of the hub | 0.50 s |",
    ]


def test_costs_are_the_median_of_the_rounds_by_site_act_and_part() -> None:
    assert list(page.costs(RESULTS)) == [
        "| site | act | serve | postgres |",
        "| --- | --- | --- | --- |",
        *(f"| `sqlite` | {act} |  |  |" for act in ("read", "publish", "delivery")),
        "| `postgres` | read | 1,500 | 700 |",
        "| `postgres` | publish | 2,000 | 0 |",
        "| `postgres` | delivery | 0 | 8.72 |",
    ]


def test_the_tables_of_the_page_are_those_of_the_measured_figures() -> None:
    text = page.PAGE.read_text()
    assert page.filled(text, load(page.FIGURES)) == text


def test_a_page_is_filled_with_machine_figures_and_costs() -> None:
    filled = page.filled(page.PAGE.read_text(), RESULTS)
    assert "| CPUs | 2 |" in filled
    assert "| home page: rate | 600 /s" in filled
    assert "| `postgres` | read | 1,500 | 700 |" in filled


def test_merged_results_load_as_they_were_saved(tmp_path: Path) -> None:
    save(RESULTS, tmp_path / "cluster.json")
    for graph in GRAPHS:
        assert list(page.figures(load(tmp_path / "cluster.json"), graph)) == list(page.figures(RESULTS, graph))


def test_a_plot_is_the_same_each_time_and_names_every_site(tmp_path: Path) -> None:
    for name in ("one", "two"):
        page.draw(RESULTS, tmp_path / f"{name}.svg")
    drawn = (tmp_path / "one.svg").read_text()
    assert drawn == (tmp_path / "two.svg").read_text()
    assert all(f"<!-- {site} -->" in drawn for site in ("sqlite", "postgres"))


def test_acts_of_the_mix_have_their_shares_and_are_the_same_each_time() -> None:
    graph = small_graph()
    acts = acts_of(graph, 10_000)
    assert acts == acts_of(graph, 10_000)
    kinds = Counter(kind for kind, _, _ in acts)
    assert {kind: kinds[kind] / 100 for kind in SHARES} == pytest.approx(SHARES, abs=2)
    assert all(user != other for _, user, other in acts)


def test_so_many_tweets_are_published_that_they_take_about_the_time_that_is_asked_for() -> None:
    assert tweets_for(2.0, 0.01) == 200
    assert tweets_for(2.0, 10.0) == FIRST_TWEETS
    assert tweets_for(2.0, 0.0001) == TWEETS_MAX


def test_sites_come_from_the_smallest_to_the_largest() -> None:
    assert SITES == ("memory", "sqlite", "postgres", "redis", "aws", "large")
