"""The guide for operators names every setting and every metric, and no other."""

import re
from pathlib import Path

import pytest

from app.compose import postgres
from app.settings import Settings
from app.settings.identity import HS256_KEY_BYTES_MIN
from cluster.scrapes import family, samples
from infrastructure import time_left
from infrastructure.aws import dead_events, preparing, queue, session
from infrastructure.aws import opening as aws
from infrastructure.aws import taking as sqs
from infrastructure.delivery.fan_out import ACTIVE_MAX
from infrastructure.delivery.worker import WAIT_SECONDS
from infrastructure.dynamodb import client, opening, writes
from infrastructure.http import jwks
from infrastructure.http.stream import HEARTBEAT_SECONDS
from infrastructure.kafka import address, client_log, clients, sending, taking
from infrastructure.memory import idempotency_keys
from infrastructure.postgres import connections, database, sessions
from infrastructure.server.channel import DISCARDED_BYTES_MAX, SEND_SECONDS_MAX, TAKE_SECONDS_MAX
from infrastructure.server.open_files import FILES_MIN
from infrastructure.server.waitress_settings import BODY_BYTES_MAX, CONNECTIONS_MAX, UNACKNOWLEDGED_MS_MAX
from tests.built import built
from tests.documents.document import DOCS
from tests.fakes.shared_metrics import shared_metrics
from tests.http.client import Client
from tests.http.wire import InProcess
from usecases.home_timeline.read import STALE_ENTRIES_MAX

MIB = 1024 * 1024

GUIDE = (DOCS / "operations.md").read_text()
WORDS = " ".join((GUIDE + (DOCS / "engines.md").read_text()).split())
SECTION = GUIDE.partition("## Metrics\n")[2].partition("\n## ")[0]


@pytest.fixture
def known(tmp_path: Path) -> set[str]:
    """The names of all samples of a service with a database, and of a database of many processes."""
    with built({"DATABASE_URL": f"sqlite:///{tmp_path}/perch.db"}) as perch:
        client = Client(InProcess(perch.app))
        client.get("/livez")
        own = client.get("/metrics").body.decode()
    return {name.partition("{")[0] for name in samples(own + shared_metrics())}


LIMITS = [
    f"{address.PARTITIONS} partitions, and the replication",
    f"for at most {clients.HINT_SECONDS:g} s. What finds no room",
    f"waits up to {sending.CLOSE_SECONDS:g} s for hints on their way",
    f"At most {taking.QUEUE_MAX:,} hints wait in a worker",
    f"(`max.poll.interval.ms` is {int(clients.CONSUMING['max.poll.interval.ms']) / 1000:g} s)",
    f"killed is missed after {int(clients.CONSUMING['session.timeout.ms']) / 1000:g} s",
    f"at most one line in {client_log.PAUSE_SECONDS:g} s, `left_out`",
    f"Perch accepts {CONNECTIONS_MAX:,} connections in addition",
    f"does not start with fewer than {FILES_MIN}.",
    f"A client has {SEND_SECONDS_MAX:g} s to send a whole request and {TAKE_SECONDS_MAX:g} s to read an answer",
    f"whose body is over {BODY_BYTES_MAX // MIB} MiB gets its 413",
    f"up to {DISCARDED_BYTES_MAX // MIB} MiB for at most {SEND_SECONDS_MAX:g} s",
    f"a body over {BODY_BYTES_MAX // MIB} MiB, are not logged",
    f"slow request body | {SEND_SECONDS_MAX:g} s, holds no thread |",
    f"client reads slowly | {TAKE_SECONDS_MAX:g} s |",
    f"Perch sends something every {HEARTBEAT_SECONDS:g} s.",
    f"after {UNACKNOWLEDGED_MS_MAX / 1000:g} s if the client acknowledges nothing",
    f"each for {idempotency_keys.KEPT_SECONDS / 3600:g} hours at most",
    f"(at least {HS256_KEY_BYTES_MIN} bytes)",
    f"at most every {jwks.UNKNOWN_KEY_SECONDS:g} s, so publish",
    f"tries again after {jwks.PAUSE_SECONDS:g} s",
    f"Slices of up to {ACTIVE_MAX} deliveries",
    f"due rows every {WAIT_SECONDS:g} s or more often",
    f"which means over {STALE_ENTRIES_MAX} entries",
    f"in the queue too | {time_left.REQUEST_SECONDS:g} s |",
    f"connection of the process's own | {database.CONNECTION_WAIT_SECONDS:g} s |",
    f"(`statement_timeout`) | {sessions.STATEMENT_SECONDS:g} s |",
    f"`ALTER ROLE perch SET statement_timeout = '{sessions.STATEMENT_SECONDS * 1000:g}ms'`",
    f"if nothing comes back | {database.ANSWER_SECONDS:g} s |",
    f"while the circuit is open | {sessions.CONNECT_SECONDS:g} s; {connections.PROBE_SECONDS:g} s |",
    f"(`idle_in_transaction_session_timeout`) | {sessions.IDLE_IN_TRANSACTION_SECONDS:g} s |",
    f"`idle_in_transaction_session_timeout = '{sessions.IDLE_IN_TRANSACTION_SECONDS:g}s'`",
    f"of the session) | {sessions.VANISHED_SECONDS:g} s |",
    f"Every {connections.PAUSE_SECONDS:g} s a probe asks",
    f"A connection may take {client.CONNECT_SECONDS:g} s and an answer {client.ANSWER_SECONDS:g} s;",
    f"after random pauses, for {writes.PATIENCE_SECONDS:g} s;",
    f"gives up writing a rebuilt timeline after {writes.REQUEST_PATIENCE_SECONDS:g} s.",
    f"`TIMELINE_CAPACITY` is at most {opening.CAPACITY_MAX}.",
    f"an item expires {opening.TTL_SECONDS / 86_400:g} days after it was written",
    f"holds its rows for {postgres.LEASE_SECONDS:g} s, and housekeeping for {postgres.HOUSEKEEPING_SECONDS:g} s",
    f"`maxReceiveCount` {preparing.MAX_RECEIVE_COUNT}; visibility time-out {sqs.VISIBILITY_SECONDS} s",
    f"| kept for {preparing.RETENTION_SECONDS / 86_400:g} days |",
    f"up to {sqs.WAITING_MAX} hints that wait, and {ACTIVE_MAX} under delivery",
    f"set to {sqs.VISIBILITY_SECONDS} s again every {sqs.VISIBILITY_SECONDS * sqs.KEEP_SHARE:g} s",
    f"up to {queue.WAIT_SECONDS} s, and {aws.CLOSE_SECONDS:g} s at most while SQS does not answer",
    f"more than {queue.BATCH_BYTES:,} bytes",
    f"these are away for {dead_events.LOOK_SECONDS} s",
    f"within {session.ANSWER_SECONDS:g} s ({session.CONNECT_SECONDS:g} s to connect) is dropped",
    f"nothing to do asks every {queue.WAIT_SECONDS} s",
]


@pytest.mark.parametrize("limit", LIMITS)
def test_its_limits_are_those_of_the_code(limit: str) -> None:
    assert limit in WORDS


def test_the_table_has_every_setting_once_and_no_other() -> None:
    table = GUIDE.partition("## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[A-Z].*?) \|", table, re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(Settings.names())


def test_the_table_has_every_metric_once_and_no_other(known: set[str]) -> None:
    rows = re.findall(r"^\| `(perch_\w+)` \|", SECTION, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == set(map(family, known))


def test_alerts_use_existing_samples(known: set[str]) -> None:
    named = set(re.findall(r"perch_\w+", SECTION))
    assert named <= known | set(map(family, known))


def test_every_metric_has_an_alert_or_none() -> None:
    for row in re.findall(r"^\| `perch_.*\|$", SECTION, re.MULTILINE):
        alert = row.split(" | ")[2]
        assert alert.startswith(("`", "none")), row
        assert alert.startswith("none") or ": " in alert, "an alert says why"
