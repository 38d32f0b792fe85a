"""Announcements may be lost, and giving one never waits."""

import threading

from app.compose.ports import Announcements
from domain.events import Announcement
from tests.contracts.racing import JOIN_SECONDS, race


def test_an_announcement_wakes_a_waiting_listener(announcements: Announcements) -> None:
    heard: list[Announcement | None] = []
    race(lambda: heard.append(announcements.take(JOIN_SECONDS)), lambda: announcements.announce(1, "alice"))
    assert heard == [Announcement(1, "alice")]
    assert announcements.take(0.01) is None


def test_a_deletion_is_announced_after_its_tweet(announcements: Announcements) -> None:
    announcements.announce(1, "alice")
    announcements.announce_deletion(1, "alice")
    assert announcements.take(0.01) == Announcement(1, "alice")
    assert announcements.take(0.01) == Announcement(1, "alice", deleted=True)


def test_announcing_never_waits_for_a_listener(announcements: Announcements) -> None:
    done = threading.Event()

    def announce_many() -> None:
        for tweet_id in range(20_000):
            announcements.announce(tweet_id, "alice")
        done.set()

    thread = threading.Thread(target=announce_many, daemon=True)
    thread.start()
    assert done.wait(JOIN_SECONDS)
    thread.join(JOIN_SECONDS)
    assert announcements.take(0.01) == Announcement(0, "alice")
