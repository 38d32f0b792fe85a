"""Fixtures of the security tests."""

from collections.abc import Iterator

import pytest

from cluster.perch_process import PerchProcess, running_perch
from tests.e2e.gateway import Gateway

ADMIN_TOKEN = "the administrator's, and nobody else's"  # noqa: S105 - of a service that ends with the tests


@pytest.fixture(scope="session")
def perch_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PerchProcess]:
    """One service that all tests over a socket share; it may hold data of other tests."""
    with running_perch(tmp_path_factory.mktemp("security"), ADMIN_TOKEN=ADMIN_TOKEN, LOG_LEVEL="DEBUG") as perch:
        yield perch


@pytest.fixture(scope="session")
def gateway(perch_process: PerchProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """nginx in front of the service, configured as documented."""
    with Gateway(tmp_path_factory.mktemp("nginx"), perch_process.port, "alice", "bob", "carol") as gateway:
        yield gateway
