"""The benchmark results are written into the page between its markers, and are saved and loaded unchanged."""

from pathlib import Path

import pytest

from benchmarks.documents import PAGE, filled, replace_block
from benchmarks.figure import LeftOut, Row, at_most, plain, ratio
from benchmarks.groups import GROUPS
from benchmarks.results import Results, load, measured_on, merged, save

MACHINE = {"measured": "today", "CPU": "fast", "commit": "1", "CPUs": "2"}
FIGURE = ratio("work", [2.0], "yardstick", [1.0], "µs", at_most(1.8))


def test_a_block_is_replaced_and_the_rest_of_the_page_stays() -> None:
    page = "before\n<!-- begin reads -->\nold\nolder\n<!-- end reads -->\nafter\n"

    assert replace_block(page, "reads", "new") == "before\n<!-- begin reads -->\nnew\n<!-- end reads -->\nafter\n"


def test_a_page_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="the markers of reads once"):
        replace_block("nothing", "reads", "new")


def test_the_page_shows_every_group_and_lists_the_missed_bounds() -> None:
    results = Results.of_run(MACHINE, {group: [FIGURE] for group in GROUPS})

    page = filled(PAGE.read_text(), results)

    assert all(f"\n## {group.title}\n" in page for group in GROUPS.values())
    assert "| CPUs | 2 |" in page
    assert f"| {', '.join(GROUPS)} | today, commit 1, fast |" in page
    assert f"0 of {len(GROUPS)} bounds are met.\n\n- work: 2.00 × (2.00 to 2.00), at most 1.8." in page  # noqa: RUF001


def test_saved_results_load_unchanged(tmp_path: Path) -> None:
    rows: list[Row] = [FIGURE, plain("bytes", [1.0], "bytes"), LeftOut("granian", "why")]
    results = Results.of_run(MACHINE, {"reads": rows})

    save(results, tmp_path / "figures.json")

    assert load(tmp_path / "figures.json") == results


def test_a_group_that_was_measured_again_replaces_its_figures_alone() -> None:
    before = Results.of_run(MACHINE, {"redis": [FIGURE], "reads": [FIGURE], "mix": [FIGURE]})
    again = plain("again", [1.0], "bytes")
    later = {**MACHINE, "measured": "tomorrow", "commit": "2"}
    found = merged(before, Results.of_run(later, {"redis": [again]}), ["reads", "mix", "redis", "streams"])
    assert list(found.rows.items()) == [("reads", [FIGURE]), ("mix", [FIGURE]), ("redis", [again])]
    assert list(measured_on(found)) == [
        ("CPUs", "2"),
        ("reads, mix", "today, commit 1, fast"),
        ("redis", "tomorrow, commit 2, fast"),
    ]
