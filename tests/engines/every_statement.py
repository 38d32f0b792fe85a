"""Calls that execute every statement of Perch, on a database of `large_database`."""

from domain.delivery import Delivery, RetryPolicy
from domain.timeline import EMPTY_VIEW, TimelineView
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.no_timelines import NoTimelines
from infrastructure.postgres import migrating, schema, stores
from infrastructure.postgres.announcements import PostgresAnnouncements
from infrastructure.postgres.database import SIGN_OF_LIFE
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.leases import Lease
from infrastructure.postgres.looks import PostgresLooks
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.sessions import Connection, prepare_session
from infrastructure.postgres.stores import PostgresOptions
from tests.engines.one_session import OneSession
from usecases.publish_tweet import NEVER_PULLED, IdempotencyKey

IDLE_SECONDS = 990.0
OPTIONS = PostgresOptions(RetryPolicy(2, jitter=lambda: 1.0), timeline_capacity=5, timeline_idle_seconds=IDLE_SECONDS)

READER, FAN, STAR = "user507", "fan", "star"
"""A user with eight followees, one with 500, and one with very many followers."""

AUTHORS = [f"user{number}" for number in range(100, 140)]
MANY = [f"user{number}" for number in range(1000, 2000)]
IDS = [number * 4096 for number in range(1000, 1020)]
FIRST_WAITING, NEXT_WAITING, DEAD = 400 * 4096, 800 * 4096, 1005 * 4096


class Elsewhere:
    """Timelines in an engine that has none."""

    def view_at(self, *_: object) -> TimelineView:
        return EMPTY_VIEW


def execute_all(connection: Connection) -> None:
    """Sets the session up, and executes everything in it."""
    prepare_session(connection, waits_for_disk=True, patience=60.0)
    session = OneSession(connection, OPTIONS)
    for execute in (_tweets, _follows, _outbox, _timelines, _reads, _housekeeping, _timelines_elsewhere, _at_the_start):
        execute(session)


def _tweets(session: OneSession) -> None:
    tweets = session.tweets
    for author in (READER, "newcomer"):
        for key in (None, IdempotencyKey("a key", "digest"), IdempotencyKey("a key", "digest")):
            tweets.publish(author, "a tweet", pull_from=NEVER_PULLED, key=key)
    tweets.publish(STAR, "a tweet", pull_from=1, key=None)
    tweets.published_under(READER, "a key")
    tweets.get_many(IDS)
    tweets.count(READER)
    tweets.delete(IDS[0])
    for authors in (AUTHORS, MANY):
        tweets.newest(authors, 0, MAX_TWEET_ID, 21)
    tweets.newest_of_all(0, MAX_TWEET_ID, 21)
    tweets.frontier_and_last_id()
    tweets.unpushed(AUTHORS, 0, MAX_TWEET_ID, 21)


def _follows(session: OneSession) -> None:
    graph = session.graph
    for _ in range(2):
        graph.follow(READER, STAR)
        graph.follow("newcomer", "newcomer's friend")
    graph.unfollow(READER, STAR)
    for user in (READER, FAN, "nobody"):
        graph.followees(user)
        graph.follows_version(user)
        graph.following_count(user)
    graph.followers_count(STAR)
    graph.followers_after(STAR, 0, 1000)
    graph.followers_before(STAR, MAX_TWEET_ID, 21)
    graph.following_before(FAN, MAX_TWEET_ID, 21)
    graph.relationships(READER, AUTHORS)


def _outbox(session: OneSession) -> None:
    outbox = session.outbox
    outbox.due(100)
    outbox.hasten()
    outbox.lease(FIRST_WAITING, STAR)
    outbox.done(FIRST_WAITING)
    for _ in range(2):
        outbox.failed(Delivery(NEXT_WAITING, "user0"), "no reason")
    outbox.dead_before(MAX_TWEET_ID, 21)
    outbox.redrive([DEAD])
    outbox.redrive(None)
    outbox.counts()


def _timelines(session: OneSession) -> None:
    timelines = session.timelines
    for user in (READER, "nobody"):
        generation, mark, _ = timelines.install(user)
        timelines.merge(user, generation, IDS, IDS[0], mark)
        timelines.view(user, 0, MAX_TWEET_ID, 21)
    timelines.push(IDS[0], AUTHORS)
    for user in (READER, "user1"):
        timelines.discard(user)
    timelines.discard_idle()
    timelines.held()
    session.trim.sweep(100)


def _reads(session: OneSession) -> None:
    for timelines in (session.timelines, NoTimelines(), Elsewhere()):
        looks = PostgresLooks(session, session.tweets, session.graph, timelines)
        frontier = looks.frontier()
        for user in ("user8", FAN, "nobody"):
            looks.first(user, 0, frontier + 1, 21, include_self=True)
            looks.last(user, IDS)
    announcements = PostgresAnnouncements(session, session.tweets, 10)
    for _ in range(2):
        announcements._look()
        session.tweets.publish(READER, "a tweet", pull_from=NEVER_PULLED, key=None)
    announcements.expire()


def _housekeeping(session: OneSession) -> None:
    session.count(stores.EXPIRE_KEYS, (stores.KEYS_AT_ONCE,))
    lease = Lease(session, "housekeeping", 30.0)
    lease.take()
    lease.release()


def _timelines_elsewhere(session: OneSession) -> None:
    readers = PostgresReaders(session, idle_seconds=IDLE_SECONDS)
    readers.find(READER)
    readers.generations(AUTHORS)
    epoch = PostgresEpoch(session, "timelines")
    for _ in range(2):
        epoch.claim(*epoch.current())


def _at_the_start(session: OneSession) -> None:
    session.rows(SIGN_OF_LIFE)
    session.row(stores.KEPT_KEY, ("a secret",))
    session.row(schema.HAS_VERSIONS)
    session.row(schema.VERSION)
    session.row(schema.KEPT, ("timelines",))
    session.count(schema.KEEP, ("timelines", "none"))
    session.count(migrating.END_EPOCHS)
