"""The row of the epoch in PostgreSQL."""

from collections.abc import Iterator

import pytest

from infrastructure.postgres.database import Database
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.migrating import migrate
from tests.contracts.racing import RACERS, race_of_twenty
from tests.fakes.postgres import CLOSE_SECONDS, PATIENCE


@pytest.fixture
def database(own_schema_url: str) -> Iterator[Database]:
    database = Database(own_schema_url, connections=RACERS, patience=PATIENCE)
    database.open()
    yield database
    database.close(CLOSE_SECONDS)


@pytest.fixture
def epochs(database: Database) -> PostgresEpoch:
    return PostgresEpoch(database, "timelines")


def test_there_is_none_before_the_first_server(epochs: PostgresEpoch) -> None:
    assert epochs.current() == (0, "")


def test_another_server_begins_a_later_epoch(epochs: PostgresEpoch) -> None:
    epochs.claim(0, "one")
    first, _ = epochs.current()
    epochs.claim(first, "other")
    assert epochs.current() == (first + 1, "other")


def test_the_same_server_begins_none(epochs: PostgresEpoch) -> None:
    epochs.claim(0, "one")
    before = epochs.current()
    epochs.claim(before[0], "one")
    assert epochs.current() == before


def test_a_claim_of_an_earlier_epoch_does_nothing(epochs: PostgresEpoch) -> None:
    epochs.claim(0, "one")
    first, _ = epochs.current()
    epochs.claim(first, "other")
    epochs.claim(first, "third")
    epochs.claim(0, "third")
    assert epochs.current() == (first + 1, "other")


def test_of_concurrent_claims_one_begins_an_epoch(epochs: PostgresEpoch) -> None:
    epochs.claim(0, "one")
    first, _ = epochs.current()
    race_of_twenty(lambda number: epochs.claim(first, f"server {number}"))
    assert epochs.current()[0] == first + 1


def test_two_names_and_two_databases_do_not_share_an_epoch(database: Database, epochs: PostgresEpoch) -> None:
    epochs.claim(0, "one")
    other = PostgresEpoch(database, "other")
    assert other.current() == (0, "")
    other.claim(0, "one")
    assert other.current()[0] != epochs.current()[0]


def test_the_epoch_ends_when_the_timelines_move(own_schema_url: str, epochs: PostgresEpoch) -> None:
    """Else those in the first place would be believed when they move back: what was pushed meanwhile is not there."""
    epochs.claim(0, "one")
    first, _ = epochs.current()
    migrate(own_schema_url, "head", "redis://there")
    assert epochs.current() == (first + 1, "")
    migrate(own_schema_url, "head", "redis://there")
    assert epochs.current() == (first + 1, "")
    epochs.claim(first + 1, "one")
    assert epochs.current() == (first + 2, "one")
