"""The lines that a load prints."""

from collections.abc import Iterator, Sequence
from math import ceil

from load.phases import Reading

SHOWN_DIFFERENCES = 5


def rate(name: str, count: int, seconds: float) -> str:
    """For example `tweets: 4200 in 1.2 s, 3500 tweets/s`."""
    return f"{name}: {count} in {seconds:.1f} s, {count / seconds:.0f} {name}/s"


def delays(seconds: Sequence[float]) -> str:
    """Percentiles of the delays, in milliseconds."""
    if not seconds:
        return "visible after: not measured"
    ordered = sorted(seconds)
    p50, p99 = (ordered[ceil(share * len(ordered)) - 1] for share in (0.5, 0.99))
    shown = f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, max {ordered[-1] * 1e3:.1f} ms"
    return f"visible after: {shown} ({len(ordered)} tweets)"


def differences(readings: Sequence[Reading]) -> Iterator[str]:
    """The first few timelines that differ, and how; the count of them all comes last."""
    differing = [reading for reading in readings if reading.difference is not None]
    for reading in differing[:SHOWN_DIFFERENCES]:
        yield f"{reading.user}: {reading.difference}"
    if len(differing) > SHOWN_DIFFERENCES:
        yield "..."
    yield f"timelines compared: {len(readings)}, {len(differing)} timelines differ"
