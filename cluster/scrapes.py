"""Reads the metrics of Perch, and finds which of them an action changes."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, generate_latest

Samples = Mapping[str, float]
"""Values by name and labels in the text format: ``perch_tweets_published_total{mode="push"}``."""


def samples(text: str) -> Samples:
    """Returns the samples of Perch, without the `_created` samples that the library adds."""
    lines = [line for line in text.splitlines() if line.startswith("perch_")]
    written = [line.rpartition(" ") for line in lines if "_created" not in line]
    return {name: float(value) for name, _, value in written}


class Watch:
    """Finds which samples change; ignores names with one of the `ignored` prefixes."""

    def __init__(self, registry: CollectorRegistry, *, ignored: tuple[str, ...] = ()) -> None:
        self._registry = registry
        self._ignored = ignored

    def now(self) -> Samples:
        found = samples(generate_latest(self._registry).decode())
        return {name: value for name, value in found.items() if not name.startswith(self._ignored)}

    def changes(self, action: Callable[[], object]) -> Samples:
        """Returns by how much the action changes which samples, without the unchanged ones."""
        before = self.now()
        action()
        after = self.now()
        assert before.keys() <= after.keys(), "a sample must not disappear"
        differences = {name: value - before.get(name, 0.0) for name, value in after.items()}
        return {name: by for name, by in differences.items() if by}


def family(sample: str, suffixes: tuple[str, ...] = ("_bucket", "_count", "_sum")) -> str:
    """Returns the metric family of a sample."""
    name = sample.partition("{")[0]
    for suffix in suffixes:
        name = name.removesuffix(suffix)
    return name
