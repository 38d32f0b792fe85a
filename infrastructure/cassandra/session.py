"""The session with a cluster, with a limit on every wait."""

import logging
import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

import cassandra
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable, Session
from cassandra.connection import ConnectionException
from cassandra.policies import (
    ConstantReconnectionPolicy,
    ConstantSpeculativeExecutionPolicy,
    DCAwareRoundRobinPolicy,
    FallthroughRetryPolicy,
    TokenAwarePolicy,
)
from cassandra.protocol import ErrorMessage
from cassandra.query import tuple_factory

from domain.errors import Unavailable
from infrastructure.cassandra.address import Address, tls_context
from infrastructure.outside.circuit import NoAnswer, NoTime, Refused
from infrastructure.time_left import seconds_left

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 0.5
"""The longest wait of a request for an answer."""

PATIENT_SECONDS = 2.0
"""The longest wait of other work, which nobody waits for."""

LEAST_SECONDS = 0.01
"""A request with less time than this asks nothing any more."""

ANOTHER_NODE_SECONDS = 0.1
"""A node that has not answered for so long is not waited for alone: another one is asked, too."""

RECONNECT_SECONDS = 1.0
HEARTBEAT_SECONDS = 2
"""A connection on which nothing happens is tried after this time, and closed if there is no answer for as long."""

IN_FLIGHT = 16
"""The statements of one caller that are under way at once."""

Statement = Any
Rows = Sequence[tuple[Any, ...]]
Result = TypeVar("Result")

NOT_NOW = (cassandra.RequestValidationException, cassandra.AuthenticationFailed)
"""What the cluster answers when it works and will not do this: no rights, no such table."""


# It reports each attempt to reach a node. The log of Perch says once that the cluster is lost, and that it is back.
logging.getLogger("cassandra").setLevel(logging.CRITICAL)


class AnotherNode(FallthroughRetryPolicy):  # type: ignore[misc]
    """Repeats nothing but what a node did not get or answer because its connection is lost; the time limit stays."""

    def on_request_error(self, *_: object, **__: object) -> tuple[int, None]:
        return self.RETRY_NEXT_HOST, None


class Connected:
    """An open session. All methods may be called from many threads, and raise `Unavailable`.

    `NoAnswer` if the wait was too long, `NoTime` if a request had none left, and `Refused` if the cluster works and
    will not do this. Every statement is one that may be done twice: the driver may ask a second node while the first
    one is silent.
    """

    def __init__(self, cluster: Cluster, session: Session, keyspace: str, patience: float) -> None:
        self._cluster = cluster
        self._session = session
        self._keyspace = keyspace
        self._patience = patience

    def ask(self, statement: Statement) -> Rows:
        """Returns the rows that the statement finds."""
        [rows] = self.ask_all([statement])
        return rows

    def ask_all(self, statements: Iterable[Statement]) -> list[Rows]:
        """Has the statements done in any order, some at once; returns the rows of each."""
        answers: list[Rows] = []
        under_way: deque[Any] = deque()

        def ask_each() -> None:
            for statement in statements:
                if len(under_way) == IN_FLIGHT:
                    answers.append(under_way.popleft().result().all())
                under_way.append(self._session.execute_async(statement, timeout=self._seconds()))
            while under_way:
                answers.append(under_way.popleft().result().all())

        answered(ask_each)
        return answers

    def _seconds(self) -> float:
        left = seconds_left()
        if left < LEAST_SECONDS:
            raise NoTime("The request has no time left for Cassandra.")
        return min((PATIENT_SECONDS if left == math.inf else ANSWER_SECONDS) * self._patience, left)

    def prepare(self, query: str) -> Statement:
        """Returns the statement, ready to be bound."""
        prepared = answered(lambda: self._session.prepare(query))
        prepared.is_idempotent = True
        return prepared

    def node_of(self, statement: Statement) -> object:
        """Returns the first node that has the partition of the statement."""
        replicas = self._cluster.metadata.get_replicas(self._keyspace, statement.routing_key)
        return replicas[0] if replicas else None

    def close(self) -> None:
        self._cluster.shutdown()


def connect(address: Address, patience: float = 1.0) -> Connected:
    """Opens a session; raises `Unavailable`. All waits are `patience` times as long."""
    login = PlainTextAuthProvider(address.user, address.password) if address.user else None
    nearest = DCAwareRoundRobinPolicy(address.data_center)
    profile = ExecutionProfile(
        load_balancing_policy=TokenAwarePolicy(nearest, shuffle_replicas=False),
        retry_policy=AnotherNode(),
        speculative_execution_policy=ConstantSpeculativeExecutionPolicy(ANOTHER_NODE_SECONDS * patience, 1),
        consistency_level=cassandra.ConsistencyLevel.LOCAL_QUORUM,
        request_timeout=CONNECT_SECONDS * patience,
        row_factory=tuple_factory,
    )
    # The names of the nodes are resolved here.
    cluster = answered(
        lambda: Cluster(
            list(address.nodes),
            execution_profiles={EXEC_PROFILE_DEFAULT: profile},
            protocol_version=cassandra.ProtocolVersion.V5,
            auth_provider=login,
            ssl_context=tls_context(address.tls_ca) if address.tls_ca else None,
            reconnection_policy=ConstantReconnectionPolicy(RECONNECT_SECONDS, None),
            connect_timeout=CONNECT_SECONDS * patience,
            control_connection_timeout=CONNECT_SECONDS * patience,
            idle_heartbeat_interval=HEARTBEAT_SECONDS,
            idle_heartbeat_timeout=HEARTBEAT_SECONDS * patience,
            compression=False,
            monitor_reporting_enabled=False,
        )
    )
    try:
        try:
            session = answered(cluster.connect)
        finally:
            check_data_center({node.datacenter for node in cluster.metadata.all_hosts()}, address.data_center)
    except BaseException:
        cluster.shutdown()
        raise
    return Connected(cluster, session, address.keyspace, patience)


def check_data_center(found: Collection[str | None], name: str) -> None:
    """Raises `Refused` unless all processes with this name ask the same data centre of those that were found.

    A majority in one has nothing to do with a majority in another: what one process wrote, others would not see.
    """
    known = sorted(each for each in found if each)
    if known and (name not in known if name else len(known) > 1):
        raise Refused(f"data_center must be one of {', '.join(known)}, the same one for all processes")


def answered(work: Callable[[], Result]) -> Result:
    """Returns what `work` returns; the driver's errors become `Unavailable`."""
    try:
        return work()
    except cassandra.OperationTimedOut as error:
        kind = NoAnswer if seconds_left() > 0 else NoTime
        raise kind("Cassandra did not answer in time.") from error
    except NOT_NOW as error:
        raise Refused(f"Cassandra refuses: {error}") from error
    except NoHostAvailable as error:
        # Where no node accepts a session, there is a list of their addresses instead.
        errors = error.errors.values() if isinstance(error.errors, dict) else ()
        refused = any(isinstance(each, NOT_NOW) for each in errors)
        raise (Refused if refused else Unavailable)(f"No node of Cassandra can be asked: {error}") from error
    except (cassandra.DriverException, ConnectionException, ErrorMessage) as error:
        raise Unavailable(f"Cassandra cannot be asked: {error}") from error
