"""`migrate` makes the topics, and `dlq` shows, redrives and drops dead events."""

import json

import pytest

from cluster.engines.kafka_server import KafkaServer
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.perch_process import RUN_SECONDS, run_app
from infrastructure.kafka.address import parse
from tests.engines.fleet import StartFleet, metrics
from tests.engines.until import until

DEAD = "perch_dead_events_total"
POISON = [b"junk", b'{"version":2,"tweet_id":"7"}', b"\xff\0"]


@pytest.mark.timeout(600)
def test_dead_events_are_shown_redriven_and_dropped(
    start_fleet: StartFleet, kafka_server: KafkaServer, postgres_database: str
) -> None:
    url = kafka_server.new_url(partitions=2)
    settings = {"EVENTS_URL": url, "DATABASE_URL": postgres_database}
    topic = parse(url).topic
    for _ in range(2):  # the second time there is nothing to do
        made = run_app("migrate", seconds=RUN_SECONDS, **settings)
        assert made.returncode == 0, made.stderr
        assert made.stdout.splitlines()[1] == f"At the broker there are {topic} and {topic}.dlq."

    def dlq(*arguments: object) -> list[str]:
        outcome = run_app("dlq", *arguments, seconds=RUN_SECONDS, **settings)
        assert (outcome.returncode, outcome.stderr) == (0, "")
        return outcome.stdout.splitlines()

    assert dlq("show") == []
    [work] = start_fleet(work=1, EVENTS_URL=url).works
    kafka_server.send(topic, *POISON, partition=1)
    until(lambda: metrics(work)[DEAD] == 3)

    shown = [json.loads(line) for line in dlq("show")]
    assert [each["body"] for each in shown] == ["junk", '{"version":2,"tweet_id":"7"}', "\\xff\0"]
    assert [each["origin"] for each in shown] == [f"{topic}[1]@{offset}" for offset in range(3)]
    assert shown[1]["reason"] == "The version is 2; this Perch reads version 1."
    assert all(each["time"].endswith("Z") for each in shown)
    assert len(dlq("show", "--limit", 2)) == 2

    assert dlq("redrive", "--limit", 1) == ["Dead events redriven: 1"]
    until(lambda: metrics(work)[DEAD] == 4)
    assert dlq("drop", "--limit", 1) == ["Dead events dropped: 1"]
    assert [json.loads(line)["body"] for line in dlq("show")] == ["\\xff\0", "junk"]
    assert dlq("drop") == ["Dead events dropped: 2"]
    assert dlq("show") == []


@pytest.mark.parametrize("arguments", [("dlq", "show"), ("dlq", "drop"), ("dlq", "redrive")])
def test_commands_say_what_is_wrong_with_the_address(arguments: tuple[str, ...]) -> None:
    shared = {"DATABASE_URL": "postgresql://nowhere"}
    for settings, sentence in (
        ({}, "EVENTS_URL must be the address of a broker: without one there are no dead events."),
        (
            {"EVENTS_URL": "kafka://one:9092"},
            "EVENTS_URL must not be set unless DATABASE_URL is a postgresql:// address.",
        ),
        ({**shared, "EVENTS_URL": "amqp://one"}, "EVENTS_URL must be an address that begins with one of kafka://"),
        (
            {**shared, "EVENTS_URL": "kafka://user:secret@one:1"},
            "EVENTS_URL must be kafka:// and the brokers as host:port",
        ),
    ):
        outcome = run_app(*arguments, seconds=RUN_SECONDS, **settings)
        assert outcome.returncode == 2
        assert outcome.stderr.startswith(sentence)
        assert "secret" not in outcome.stderr


@pytest.mark.parametrize("command", ["serve", "work"])
@pytest.mark.parametrize("url", ["kafka://nothing", "kafka://one:1?no.such.property=1"])
def test_a_process_does_not_start_with_a_bad_address(own_schema_url: str, command: str, url: str) -> None:
    outcome = run_app(command, DATABASE_URL=own_schema_url, EVENTS_URL=url, PORT="0")
    assert outcome.returncode == 2
    assert outcome.stderr.splitlines()[-1].startswith("EVENTS_URL must ")


def test_a_broker_that_does_not_answer_is_a_sentence() -> None:
    port = ReservedPort()
    url = f"kafka://{LOCALHOST}:{port.number}/none"
    outcome = run_app("dlq", "show", DATABASE_URL="postgresql://nowhere", EVENTS_URL=url)
    assert outcome.returncode == 2
    assert outcome.stderr.splitlines()[-1].startswith("Kafka")
    port.release()
