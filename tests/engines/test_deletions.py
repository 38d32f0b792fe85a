"""Streams hear of deletions by other processes, also of those during an outage."""

from collections.abc import Iterator
from typing import LiteralString

import pytest

from domain.events import Announcement
from infrastructure.postgres.announcements import LOOK_SECONDS, OVERLAP_MS, PostgresAnnouncements
from tests.fakes.postgres import manual_database, opened

DELETED_AGO: LiteralString = "INSERT INTO deletions SELECT %s, 'alice', clock_ms() - %s RETURNING tweet_id"
AGO_MS = OVERLAP_MS + 10_000
DELETION = Announcement(7, "alice", deleted=True)


@pytest.fixture
def announcements(schema_url: str) -> Iterator[PostgresAnnouncements]:
    """Somebody listens, and another process deleted a tweet some time ago."""
    with manual_database(schema_url) as clock, opened(schema_url) as stores:
        clock.advance(10 * AGO_MS)
        assert stores.announcements.take(0.0) is None
        assert stores.database.rows(DELETED_AGO, (DELETION.tweet_id, AGO_MS)) == [(DELETION.tweet_id,)]
        yield stores.announcements


def look_again(announcements: PostgresAnnouncements, *, after_seconds: float) -> Announcement | None:
    """Looks as if the last look had been so long ago."""
    announcements._heard_at -= after_seconds
    announcements._look_at = 0.0
    return announcements.take(0.0)


def test_a_look_goes_back_to_the_last_one_that_succeeded(announcements: PostgresAnnouncements) -> None:
    assert look_again(announcements, after_seconds=LOOK_SECONDS) is None
    assert look_again(announcements, after_seconds=AGO_MS / 1000) == DELETION
    assert look_again(announcements, after_seconds=AGO_MS / 1000) is None


def test_what_was_deleted_before_anybody_listened_is_not_told(announcements: PostgresAnnouncements) -> None:
    announcements.wanted_while(lambda: False)
    assert look_again(announcements, after_seconds=AGO_MS / 1000) is None
    announcements.wanted_while(lambda: True)
    assert look_again(announcements, after_seconds=0.0) is None
