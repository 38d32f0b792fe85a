"""The report that the load prints."""

from load import report
from load.phases import Reading


def test_a_rate_is_the_count_divided_by_the_seconds() -> None:
    assert report.rate("tweets", 4200, 1.5) == "tweets: 4200 in 1.5 s, 2800 tweets/s"


def test_delays_are_reported_as_percentiles_in_milliseconds() -> None:
    seconds = [n / 1000 for n in range(100, 0, -1)]

    assert report.delays(seconds) == "visible after: p50 50.0 ms, p99 99.0 ms, max 100.0 ms (100 tweets)"
    assert report.delays([0.002]) == "visible after: p50 2.0 ms, p99 2.0 ms, max 2.0 ms (1 tweets)"
    assert report.delays([]) == "visible after: not measured"


def test_the_first_few_differences_are_shown_and_all_are_counted() -> None:
    differing = [Reading(f"u-{n}", 1, "1 missing (17)") for n in range(7)]

    lines = list(report.differences([Reading("fine", 1, None), *differing]))

    assert lines[:5] == [f"u-{n}: 1 missing (17)" for n in range(5)]
    assert lines[5:] == ["...", "timelines compared: 8, 7 timelines differ"]
