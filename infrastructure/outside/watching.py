"""A circuit, and the thread that looks whether the engine is back."""

from collections.abc import Callable

from infrastructure.background import BackgroundThread
from infrastructure.outside.circuit import PAUSE_SECONDS, Circuit


def watched(engine: str, probe: Callable[[], object]) -> tuple[Circuit, BackgroundThread]:
    """Returns a circuit, and the thread that probes while it is open, which runs already."""
    circuit = Circuit(engine, probe=probe)
    thread = BackgroundThread(f"{engine}-probe", circuit.probe, pause_seconds=PAUSE_SECONDS, gives_way=False)
    thread.start()
    return circuit, thread
