"""Write transactions that are under way while others go on, as a strand decides."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import LiteralString, TypeVar

from infrastructure.postgres.sessions import Connection
from infrastructure.postgres.stores import PostgresOptions
from tests.engines.one_session import OneSession
from tests.engines.sessions import connect
from tests.fakes.oracle import Oracle
from tests.fakes.strand import Strand, current_strand
from tests.integration.watched import Wrapper
from usecases.publish_tweet import IdempotencyKey, Publication

T = TypeVar("T")

SETUP: LiteralString = "SET synchronous_commit = off"
"""For speed: the server does not crash meanwhile."""


class Sessions:
    """Sessions that are used again and again, until `close`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = ExitStack()
        self._idle: list[Connection] = []
        self.close = self._open.close

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """A session that nobody else uses meanwhile."""
        connection = self._idle.pop() if self._idle else self._new()
        try:
            yield connection
        finally:
            self._idle.append(connection)

    def _new(self) -> Connection:
        connection = self._open.enter_context(connect(self._url))
        connection.execute(SETUP)
        return connection


class Transactions:
    """Transactions of strands, each in a session of its own.

    A strand stops before it commits. Who needs the row of a user that it has locked would wait, so makes it commit.
    """

    def __init__(self, sessions: Sessions, options: PostgresOptions) -> None:
        self._sessions = sessions
        self._options = options
        self._locked: dict[Strand[object], set[str]] = {}

    def write(self, users: set[str], work: Callable[[OneSession], T]) -> T:
        """Does the work, which locks the rows of these users, in one transaction."""
        self.await_rows_of(users)
        with self._sessions.one() as connection, connection.transaction():
            result = work(OneSession(connection, self._options))
            self._stop_before_commit(users)
            return result

    def await_rows_of(self, users: set[str]) -> None:
        """Returns when nobody has locked the rows of these users."""
        for strand, locked in list(self._locked.items()):
            if locked & users:
                strand.advance()

    def _stop_before_commit(self, users: set[str]) -> None:
        strand = current_strand()
        if strand is None:
            return
        self._locked[strand] = users
        try:
            strand.stop_before("commit")
        finally:
            del self._locked[strand]


class TweetsUnderWay(Wrapper):
    """Publishes in transactions that are under way for a while, and tells the oracle of them."""

    def __init__(self, plain: OneSession, transactions: Transactions, oracle: Oracle) -> None:
        super().__init__(plain.tweets)
        self._transactions = transactions
        self._oracle = oracle

    def publish(self, author_id: str, text: str, *, pull_from: int, key: IdempotencyKey | None) -> Publication:
        taken: list[int] = []

        def work(session: OneSession) -> Publication:
            publication = session.tweets.publish(author_id, text, pull_from=pull_from, key=key)
            if not publication.replayed:
                taken.append(publication.tweet.id)
                self._oracle.taken(*taken)
            return publication

        try:
            return self._transactions.write({author_id}, work)
        except BaseException:
            for tweet_id in taken:
                self._oracle.given_up(tweet_id)
            raise

    def delete(self, tweet_id: int) -> bool:
        self._transactions.await_rows_of({self._oracle.tweets().get(tweet_id, "")})
        return bool(self._store.delete(tweet_id))


class GraphUnderWay(Wrapper):
    """Follows in transactions that are under way for a while."""

    def __init__(self, plain: OneSession, transactions: Transactions) -> None:
        super().__init__(plain.graph)
        self._transactions = transactions

    def follow(self, follower_id: str, followee_id: str) -> bool:
        return self._transactions.write(
            {follower_id, followee_id}, lambda session: session.graph.follow(follower_id, followee_id)
        )

    def unfollow(self, follower_id: str, followee_id: str) -> bool:
        self._transactions.await_rows_of({follower_id, followee_id})
        return bool(self._store.unfollow(follower_id, followee_id))
