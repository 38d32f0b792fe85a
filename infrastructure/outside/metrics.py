"""Metrics of engines beside the database."""

from collections.abc import Iterator, Sequence

from prometheus_client.metrics_core import Metric

from infrastructure.metrics.families import counters, gauges
from infrastructure.outside.circuit import Circuit


class CircuitMetrics:
    """Reads the state of each circuit once per scrape, and asks no engine."""

    def __init__(self, circuits: Sequence[Circuit]) -> None:
        self._circuits = circuits

    def collect(self) -> Iterator[Metric]:
        """Yields both families."""
        up = {circuit.engine: float(not circuit.is_open) for circuit in self._circuits}
        yield gauges("perch_engine_up", "1 while the engine answers, 0 while its circuit is open.", "engine", up)
        openings = {circuit.engine: circuit.openings for circuit in self._circuits}
        yield counters("perch_engine_circuit_openings_total", "Times that the circuit opened.", "engine", openings)
