"""A benchmark figure is the median of its rounds and may have a bound."""

import pytest

from benchmarks.figure import at_least, at_most, plain, ratio


def test_a_ratio_is_the_median_of_the_rounds_with_its_spread() -> None:
    figure = ratio("work", [2.0, 9.0, 4.0], "yardstick", [1.0, 3.0, 1.0], "µs")

    assert (figure.value, figure.low, figure.high) == (3.0, 2.0, 4.0)


@pytest.mark.parametrize(("value", "met"), [(1.8, True), (1.9, False)])
def test_an_upper_bound_includes_its_limit(value: float, *, met: bool) -> None:
    assert plain("figure", [value], "s", at_most(1.8)).is_met is met


@pytest.mark.parametrize(("value", "met"), [(3.0, True), (2.9, False)])
def test_a_lower_bound_includes_its_limit(value: float, *, met: bool) -> None:
    assert plain("figure", [value], "s", at_least(3)).is_met is met


def test_a_figure_without_a_bound_is_met() -> None:
    assert plain("figure", [1e9], "s").is_met


def test_used_is_the_factor_by_which_a_bound_is_missed() -> None:
    assert at_most(2).used(4) == at_least(4).used(2) == 2
