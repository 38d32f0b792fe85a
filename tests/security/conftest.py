"""What the security tests share."""

from collections.abc import Iterator

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.perch_process import PerchProcess

ADMIN_TOKEN = "the administrator's, and nobody else's"  # noqa: S105 - of a service that ends with the tests


@pytest.fixture(scope="session")
def perch_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PerchProcess]:
    """One service for all tests that need a real socket; they must not count on being alone in it."""
    log = tmp_path_factory.mktemp("security") / "log"
    with PerchProcess(log, ADMIN_TOKEN=ADMIN_TOKEN, LOG_LEVEL="DEBUG") as perch:
        yield perch
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def gateway(perch_process: PerchProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """nginx in front of it, as the documentation has it."""
    with Gateway(tmp_path_factory.mktemp("nginx"), perch_process.port, "alice", "bob", "carol") as gateway:
        yield gateway
