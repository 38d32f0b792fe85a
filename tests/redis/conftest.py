"""The servers of these tests."""

from collections.abc import Iterator

import pytest

from cluster.engines import own_redis
from tests.engines.missing import go_without
from tests.redis.servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    program = own_redis.find_redis()
    if program is None:
        go_without(own_redis.MISSING)
    with Servers.started(program) as started:
        yield started
