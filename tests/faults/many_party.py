"""Users who write, poll, stream and compare, on several processes over all their crashes."""

import random
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from tests.faults.aftermath import Aftermath
from tests.faults.attempts import Attempts, Stoppable, Urls
from tests.faults.many_readers import TIMELINE, ComparingReader, ManyPoller, ManyStreamReader, all_of
from tests.faults.many_writers import ManyWriter, publish
from tests.faults.truth import Truth

POLLERS = ("pat", "pam")
STREAMER = "sue"
COMPARING = 3
WRITE_PAUSE_SECONDS = 0.15
READ_PAUSE_SECONDS = 0.05
BEFORE_SECONDS = 0.2
AFTER_SECONDS = 0.3
REPEATS = 5
ADMIN = ("X-Admin-Token", "the administrator's token")


class NotExact(AssertionError):
    """What a reader got differs from the oracle."""


class ManyParty:
    """All users on one database."""

    def __init__(self, users: Sequence[str], urls: Urls, aftermath: Aftermath, rng: random.Random) -> None:
        self.truth = Truth()
        self.dead = 0
        self._rng = rng
        self._users = users
        self._aftermath = aftermath
        self._attempts: list[Attempts] = []
        self._urls = urls
        self._asking = self._caller()
        self._writers = [
            ManyWriter(user, [each for each in users if each != user], self.truth, self._caller(), self._chance())
            for user in users
        ]
        self._pollers = [ManyPoller(user, self._caller()) for user in POLLERS]
        everybody = [*users, *POLLERS, STREAMER]
        self._readers = [
            ComparingReader(everybody, self.truth, self._caller(), self._chance()) for _ in range(COMPARING)
        ]
        self._stream = ManyStreamReader(STREAMER, urls, self._chance())

    def _chance(self) -> random.Random:
        return random.Random(self._rng.random())

    def _caller(self) -> Attempts:
        self._attempts.append(Attempts(self._urls, self._chance()))
        return self._attempts[-1]

    def begin(self) -> None:
        """Those who poll and stream follow all who write, before anybody does."""
        for user in (*POLLERS, STREAMER):
            follower = ManyWriter(user, self._users, self.truth, self._asking, self._chance())
            for followee in self._users:
                follower.follow(followee)
        self._stream.thread.start()

    def endure(self, harm: Callable[[], object]) -> None:
        """Everybody is busy while harm is done, and for a moment before and after."""
        busy = [
            *[Stoppable(writer.act, WRITE_PAUSE_SECONDS) for writer in self._writers],
            *[Stoppable(poller.poll, READ_PAUSE_SECONDS) for poller in self._pollers],
            *[Stoppable(reader.read, READ_PAUSE_SECONDS) for reader in self._readers],
        ]
        for each in busy:
            each.start()
        time.sleep(BEFORE_SECONDS)
        harm()
        time.sleep(AFTER_SECONDS)
        for each in busy:
            each.ask_to_stop()
        for each in busy:
            each.stop()
        for writer in self._writers:
            writer.round += 1

    def check(self) -> None:
        """Every list equals the oracle, now that nobody writes; raises `NotExact`."""
        self._aftermath.await_quiet()
        for user in (*self._users, *POLLERS, STREAMER):
            self._check_user(user)
        for poller in self._pollers:
            poller.poll()
            self.truth.check_given(poller.given)
        for text, tweet_id in self._rng.sample(self.truth.ever(), min(REPEATS, len(self.truth.ever()))):
            self._check_repeat(text, tweet_id)
        self._check_faults()

    def end(self) -> None:
        """The outbox is empty but for dead letters, which administrators see, and the stream was given everything."""
        self._aftermath.await_pushed()
        answer, _ = self._asking.answer("", lambda client: client.get("/v1/admin/dead-letters?limit=100", ADMIN))
        listed = [int(each["tweet_id"]) for each in answer.json()["data"]]
        self._equal("the dead letters", listed, self._aftermath.dead()[:100])
        self._equal("the keys with several tweets", self._aftermath.keys_with_several_tweets(), [])
        self.dead = len(listed)
        self.check()
        self._stream.await_all(self.truth.ids()[0])
        self._stream.stop()
        self.truth.check_given(self._stream.given)
        self._check_faults()

    def close(self) -> None:
        self._stream.stop()

    @property
    def answered(self) -> int:
        """The writes that were answered."""
        return sum(writer.answered for writer in self._writers)

    @property
    def unknown(self) -> int:
        """The requests without a certain answer."""
        return sum(each.unknown for each in self._attempts)

    def _check_user(self, user: str) -> None:
        found = {each["text"]: int(each["id"]) for each in self._all_of(user, f"/v1/users/{user}/tweets?limit=100")}
        self._equal(f"the tweets of {user}", found, self.truth.tweets_of(user))
        timeline = [int(each["id"]) for each in self._all_of(user, TIMELINE)]
        self._equal(f"the timeline of {user}", timeline, self.truth.timeline_of(user))
        following = [each["id"] for each in self._all_of(user, f"/v1/users/{user}/following?limit=100")]
        self._equal(f"whom {user} follows", sorted(following), sorted(self.truth.followees_of(user)))
        followers = [each["id"] for each in self._all_of(user, f"/v1/users/{user}/followers?limit=100")]
        self._equal(f"who follows {user}", sorted(followers), sorted(self.truth.followers_of(user)))
        answer, _ = self._asking.answer(user, lambda client: client.get(f"/v1/users/{user}"))
        counts: dict[str, object] = {
            "tweets_count": len(found),
            "followers_count": len(followers),
            "following_count": len(following),
        }
        self._equal(f"the counts of {user}", answer.json().items(), (counts | {"id": user}).items())

    def _all_of(self, user: str, target: str) -> list[dict[str, Any]]:
        return all_of(self._asking, user, target)

    def _check_repeat(self, text: str, tweet_id: int) -> None:
        answer, _ = self._asking.answer(text.split(maxsplit=1)[0], lambda client: publish(client, text))
        again = int(answer.json()["id"]), answer.headers.get("Idempotency-Replayed")
        self._equal(f"the repeat of {text}", again, (tweet_id, "true"))

    def _equal(self, what: str, found: Collection[object], expected: Collection[object]) -> None:
        if found != expected:
            lost, more = (
                [each for each in one if each not in other] for one, other in [(expected, found), (found, expected)]
            )
            raise NotExact(f"{what}: {lost} lost, {more} more, in {found}")

    def _check_faults(self) -> None:
        if self.truth.faults.any:
            raise NotExact(str(self.truth.faults))
