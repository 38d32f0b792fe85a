"""Any deeds in any order on SQLite, with restarts between them: what was answered is there, and everybody goes on."""

import tempfile
from pathlib import Path
from urllib.parse import quote

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.delivery import Delivery
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.counts import OutboxCounts
from tests.fakes.clock import START_MS
from tests.fakes.oracle import Oracle
from tests.http.client import JSON, Client
from tests.http.walking import walk
from tests.integration.effort import LONG
from tests.integration.started import PULLED_FROM, Started

USERS = ("ann", "ben", "cat", "dan")
TIMELINE = "/v1/users/me/timeline"
ALL = 1000

users = st.sampled_from(USERS)
limits = st.integers(1, 3)
nth = st.integers(0, 9)
keys = st.none() | st.sampled_from(("red", "green", "blue"))


class Restarts(RuleBasedStateMachine):
    """A Perch that is killed and started again: each start gets a copy of the file, as it was at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.oracle = Oracle()
        self.author_of: dict[int, str] = {}
        self.published_under: dict[tuple[str, str], int] = {}
        self.since_ids: dict[str, int] = {}
        self.polled: dict[str, list[int]] = {user: [] for user in USERS}
        self.cursors: list[tuple[str, str, int]] = []
        self.pulled: set[int] = set()
        self.newest_follow_id = 0
        self.starts = 0
        self.now = Started(Path(self.folder.name) / "0.db", START_MS)

    def client(self, user: str) -> Client:
        return self.now.client(user)

    @initialize(follows=st.lists(st.tuples(users, users), max_size=8))
    def begin(self, follows: list[tuple[str, str]]) -> None:
        for user, other in follows:
            self.follow(user, other)

    @rule(user=users, key=keys)
    def publish(self, user: str, key: str | None) -> None:
        pulled = len([other for other in USERS if user in self.oracle.followees(other)]) >= PULLED_FROM
        headers = [JSON] if key is None else [JSON, ("Idempotency-Key", f'"{key}"')]
        answer = self.client(user).send("POST", "/v1/tweets", *headers, body=b'{"text": "hello"}')
        assert answer.status == 201
        tweet_id = int(answer.json()["id"])
        if key is not None and (earlier := self.published_under.get((user, key))) is not None:
            assert tweet_id == earlier
            return
        assert tweet_id > max(self.author_of, default=0)
        self.author_of[tweet_id] = user
        self.oracle.published(tweet_id, user)
        if pulled:
            self.pulled.add(tweet_id)
        if key is not None:
            self.published_under[user, key] = tweet_id

    @rule(user=users, other=users)
    def follow(self, user: str, other: str) -> None:
        if user == other:
            return
        is_new = other not in self.oracle.followees(user)
        self.client(user).follow(other)
        self.oracle.followed(user, other)
        if is_new:
            [(follow_id, newest)] = self.now.adapters.graph.following_before(user, MAX_TWEET_ID, 1)
            assert newest == other
            assert follow_id > self.newest_follow_id
            self.newest_follow_id = follow_id

    @rule(user=users, other=users)
    def unfollow(self, user: str, other: str) -> None:
        self.client(user).unfollow(other)
        self.oracle.unfollowed(user, other)

    @rule(user=users, other=users)
    def refollow(self, user: str, other: str) -> None:
        self.unfollow(user, other)
        self.follow(user, other)

    @rule(number=nth)
    def delete(self, number: int) -> None:
        there = sorted(self.oracle.tweets())
        if there:
            tweet_id = there[-1 - number % len(there)]
            assert self.client(self.author_of[tweet_id]).delete(f"/v1/tweets/{tweet_id}").status == 204
            self.oracle.deleted(tweet_id)

    @rule()
    def deliver(self) -> None:
        while self.now.perch.work.fan_out.step():
            pass

    @rule(number=nth)
    def give_up(self, number: int) -> None:
        """A tweet becomes a dead letter, if it waits to be pushed."""
        there = sorted(self.oracle.tweets())
        if there:
            tweet_id = there[-1 - number % len(there)]
            self.now.perch.outbox.failed(Delivery(tweet_id, self.author_of[tweet_id]), "gone")

    @rule(user=users)
    def poll(self, user: str) -> None:
        since_id = self.since_ids.get(user, 0)
        pages = list(walk(self.client(user), f"{TIMELINE}?limit=2&since_id={since_id}"))
        given = [int(tweet["id"]) for page in pages for tweet in page["data"]]
        assert given == [id_ for id_ in self.oracle.home(user) if id_ > since_id]
        assert not set(given) & set(self.polled[user])
        self.polled[user] += given
        self.since_ids[user] = int(pages[0]["meta"]["since_id"])
        assert self.since_ids[user] >= max([since_id, *given])

    @rule(user=users, limit=limits)
    def read(self, user: str, limit: int) -> None:
        """Reads a first page, and keeps the cursor."""
        self._read_page(user, limit, f"{TIMELINE}?limit={limit}", MAX_TWEET_ID)

    @rule(number=nth, limit=limits)
    def go_on(self, number: int, limit: int) -> None:
        """Reads the page after some cursor, and keeps the next one."""
        if self.cursors:
            user, cursor, below = self.cursors[-1 - number % len(self.cursors)]
            self._read_page(user, limit, f"{TIMELINE}?limit={limit}&cursor={quote(cursor, safe='')}", below)

    @rule(milliseconds=st.sampled_from((1, 1000, 3_600_000)))
    def pass_time(self, milliseconds: int) -> None:
        self.now.clock.advance(milliseconds)

    @rule(moved_ms=st.sampled_from((-86_400_000, -1, 0, 0, 5000)))
    def restart(self, moved_ms: int) -> None:
        """It is killed and started again, on a clock that was moved meanwhile."""
        self.starts += 1
        self.now = self.now.killed_and_started(Path(self.folder.name) / f"{self.starts}.db", moved_ms)
        unpushed = len(self.pulled & self.oracle.tweets().keys())
        assert self.now.perch.outbox.counts() == OutboxCounts(0, 0, 0, unpushed, None)
        for user, key in self.published_under:
            self.publish(user, key)
        self._compare_all()

    @invariant()
    def every_timeline_equals_the_oracle(self) -> None:
        for user in USERS:
            assert self._whole(user, f"{TIMELINE}?limit=2") == self.oracle.home(user)

    def teardown(self) -> None:
        self.restart(0)
        self.now.adapters.close()
        self.folder.cleanup()

    def _read_page(self, user: str, limit: int, target: str, below: int) -> None:
        page = self.client(user).page(target)
        ids = [int(tweet["id"]) for tweet in page["data"]]
        expected = [id_ for id_ in self.oracle.home(user) if id_ < below]
        assert ids == expected[:limit]
        assert (page["meta"]["next_cursor"] is not None) == (len(expected) > limit)
        if len(expected) > limit:
            self.cursors.append((user, page["meta"]["next_cursor"], ids[-1]))

    def _whole(self, user: str, target: str) -> list[int]:
        return [int(tweet["id"]) for page in walk(self.client(user), target) for tweet in page["data"]]

    def _compare_all(self) -> None:
        there = self.oracle.tweets()
        for user in USERS:
            own = sorted((id_ for id_, author in there.items() if author == user), reverse=True)
            assert self._whole(user, f"/v1/users/{user}/tweets?limit=2") == own
            pages = walk(self.client(user), f"/v1/users/{user}/following?limit=2")
            assert {other["id"] for page in pages for other in page["data"]} == self.oracle.followees(user)


TestRestarts = Restarts.TestCase
TestRestarts.settings = settings(
    max_examples=400 if LONG else 15,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
