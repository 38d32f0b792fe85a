import pytest

from infrastructure.cassandra.address import Address, parse

DAY = 24 * 3600


def test_an_address_has_defaults() -> None:
    assert parse("cassandra://localhost/perch") == Address((("localhost", 9042),), "perch", 1, 8 * DAY)


def test_an_address_has_nodes_and_options() -> None:
    url = "cassandra://per%40ch:p%2Fw@a:9000,b,[::1]:9001/p_1?replication_factor=3&ttl_days=30&data_center=dc1"
    nodes = (("a", 9000), ("b", 9042), ("::1", 9001))
    assert parse(url) == Address(nodes, "p_1", 3, 30 * DAY, "dc1", "", "per@ch", "p/w")


def test_a_password_is_not_shown() -> None:
    assert "p/w" not in repr(parse("cassandra://perch:p%2Fw@a/p"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("cassandra://a", "its path must be a keyspace"),
        ("cassandra://a/Perch", "its path must be a keyspace"),
        ("cassandra://a/p/q", "its path must be a keyspace"),
        ("cassandra:///perch", "there must be one host:port or several"),
        ("cassandra://a,/perch", "there must be one host:port or several"),
        ("cassandra://a:none/perch", "there must be one host:port or several"),
        ("cassandra://a:0/perch", "there must be one host:port or several"),
        ("cassandra://a:65536/perch", "there must be one host:port or several"),
        ("cassandra://a/p?replication_factor=0", "replication_factor must be a whole number from 1 to 99"),
        ("cassandra://a/p?ttl_days=1", "ttl_days must be a whole number from 2 to 365"),
        ("cassandra://a/p?ttl_days=", "ttl_days must be a whole number from 2 to 365"),
        ("cassandra://a/p?ttl=8", "there is no option ttl"),
        ("cassandra://a/p?tls_ca=/nowhere", "tls_ca must name a file with certificates in PEM: .*No such file"),
        (f"cassandra://a/p?tls_ca={__file__}", "tls_ca must name a file with certificates in PEM"),
    ],
)
def test_what_is_no_address_says_why(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(url)
