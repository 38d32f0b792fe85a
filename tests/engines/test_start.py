"""Processes that start at the same time agree."""

from contextlib import ExitStack

from infrastructure.postgres.migrating import migrate
from tests.contracts.racing import race
from tests.fakes.postgres import opened

TOGETHER = 6


def test_processes_that_start_at_the_same_time_make_one_secret_key(postgres_database: str) -> None:
    migrate(postgres_database, "head", "postgresql")
    keys: list[str] = []
    with ExitStack() as stack:

        def start() -> None:
            keys.append(stack.enter_context(opened(postgres_database)).secret_key)

        race(*[start] * TOGETHER)
    assert len(keys) == TOGETHER
    assert len(set(keys)) == 1
