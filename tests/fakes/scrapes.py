"""What Perch says at `/metrics`, and what of it changes."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, generate_latest

Samples = Mapping[str, float]
"""Values by name and labels, as they are written: ``perch_tweets_published_total{mode="push"}``."""


def samples(text: str) -> Samples:
    """Perch's own samples; not when each series began, which the library adds."""
    lines = [line for line in text.splitlines() if line.startswith("perch_")]
    written = [line.rpartition(" ") for line in lines if "_created" not in line]
    return {name: float(value) for name, _, value in written}


class Watch:
    """Notes which samples change, but for those whose names begin in one of the ways to be ignored."""

    def __init__(self, registry: CollectorRegistry, *, ignored: tuple[str, ...] = ()) -> None:
        self._registry = registry
        self._ignored = ignored

    def now(self) -> Samples:
        found = samples(generate_latest(self._registry).decode())
        return {name: value for name, value in found.items() if not name.startswith(self._ignored)}

    def changes(self, deed: Callable[[], object]) -> Samples:
        """By how much the deed changes which samples; those that stay as they were are left out."""
        before = self.now()
        deed()
        after = self.now()
        assert before.keys() <= after.keys(), "a sample never goes away"
        differences = {name: value - before.get(name, 0.0) for name, value in after.items()}
        return {name: by for name, by in differences.items() if by}


def family(sample: str, suffixes: tuple[str, ...] = ("_bucket", "_count", "_sum")) -> str:
    """The family that a sample of this name belongs to, as the text format names it."""
    name = sample.partition("{")[0]
    for suffix in suffixes:
        name = name.removesuffix(suffix)
    return name
