"""The probe goes on, whatever happens to it."""

import threading
from collections.abc import Iterator

import pytest

from infrastructure.postgres import connections
from infrastructure.postgres.connections import Connections

SECONDS = 20.0


@pytest.fixture
def down() -> Iterator[Connections]:
    """Connections to a server that nobody has found yet."""
    made = Connections("host=127.0.0.1 port=1", 1, lambda _: None, lambda: None, patience=1.0)
    yield made
    made.close(SECONDS)


@pytest.mark.parametrize("error", [MemoryError, RuntimeError])
def test_a_probe_that_fails_by_an_error_is_followed_by_another(
    down: Connections, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    again = threading.Event()
    probes = iter([error("no memory, or no thread")])

    def find_server(_: str, __: float) -> None:
        if (failure := next(probes, None)) is not None:
            raise failure
        again.set()

    monkeypatch.setattr(connections, "find_server", find_server)
    down.suspect()
    down.thread.start()
    assert again.wait(SECONDS)
