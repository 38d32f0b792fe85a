"""The address of a cluster says what it must be, and never quotes itself."""

import pytest

from infrastructure.kafka.address import FIXED, PARTITIONS, KafkaAddress, parse
from infrastructure.kafka.clients import check


def test_names_come_from_the_prefix() -> None:
    plain = parse("kafka://one:9092,two.example:9093,[::1]:9094")
    assert plain == KafkaAddress("one:9092,two.example:9093,[::1]:9094", properties={})
    assert (plain.topic, plain.dead_topic) == ("perch.tweet-created", "perch.tweet-created.dlq")
    assert (plain.group, plain.partitions, plain.replication) == ("perch.work", PARTITIONS, -1)
    staged = parse("kafka://one:9092/staging?partitions=6&replication=3&ssl.ca.location=/ca.pem")
    assert (staged.topic, staged.group) == ("staging.perch.tweet-created", "staging.perch.work")
    assert (staged.partitions, staged.replication, staged.properties) == (6, 3, {"ssl.ca.location": "/ca.pem"})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("kafka://", "host:port"),
        ("kafka://one", "host:port"),
        ("kafka://one:9092,", "host:port"),
        ("kafka://user:secret@one:9092", "host:port"),
        ("kafka://one:9092/a/b", "prefix"),
        ("kafka://one:9092/" + "a" * 101, "prefix"),
        ("kafka://one:9092?partitions=0", "partitions from 1"),
        ("kafka://one:9092?partitions=many", "partitions from 1"),
        ("kafka://one:9092?replication=-1", "replication from 1"),
        ("kafka://one:9092?Client=x", "names are a-z"),
        ("kafka://one:9092?sasl.password=my&Secret-secret=x", "%26 for an &"),
        *((f"kafka://one:9092?{name}=x", f"set '{name}'") for name in sorted(FIXED)),
    ],
)
def test_a_bad_address_says_what_it_must_be(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^must .*{reason}") as error:
        parse(url)
    assert "secret" not in str(error.value)


def test_properties_are_those_of_the_client() -> None:
    check(parse("kafka://one:9092?session.timeout.ms=7000"))
    for query in ("no.such.property=1", "session.timeout.ms=soon", "session.timeout.ms=99999999", "linger.ms=60000"):
        with pytest.raises(ValueError, match="client takes"):
            check(parse(f"kafka://one:9092?{query}"))


def test_a_plus_in_a_password_is_a_plus() -> None:
    assert parse("kafka://one:9092?sasl.password=a+b%2Bc").properties == {"sasl.password": "a+b+c"}


def test_a_member_has_no_name_of_its_own() -> None:
    """Two workers of the same name would fence each other for ever."""
    with pytest.raises(ValueError, match=r"must not set 'group\.instance\.id'"):
        parse("kafka://one:9092?group.instance.id=a")


def test_a_password_that_is_taken_for_a_property_is_not_shown() -> None:
    with pytest.raises(ValueError, match="an & that is not %26") as error:
        check(parse("kafka://one:9092?sasl.password=my&secret"))
    assert "secret" not in str(error.value)
