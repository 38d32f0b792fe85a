"""Connections with TLS: the certificate of a node is checked, and that it is for the node's address."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cluster.engines import jars
from cluster.engines.own_cassandra import OwnCassandra
from infrastructure.cannot_use import CannotUse
from infrastructure.cassandra.address import Address, parse
from infrastructure.cassandra.schema import open_checked, prepare
from tests.engines.certificates import make_certificate, make_store
from tests.engines.missing import go_without
from tests.fakes.cassandra import PATIENCE

pytestmark = pytest.mark.engines

PASSWORD = "of-the-store"  # noqa: S105 - of a file that the test makes

ENCRYPTION = """
client_encryption_options:
  enabled: true
  optional: false
  keystore: {store}
  keystore_password: {password}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two certificates, `node` and `other`, each with its key."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("node", "other"):
        make_certificate(folder / f"{name}.pem", folder / f"{name}.key")
    return folder


@pytest.fixture(scope="module")
def encrypted(folder: Path) -> Iterator[Address]:
    """The address of a node that speaks nothing but TLS."""
    if jars.CASSANDRA.missing:
        go_without(jars.CASSANDRA.missing)
    store = folder / "node.p12"
    make_store(store, folder / "node.pem", folder / "node.key", PASSWORD)
    with OwnCassandra(more_settings=ENCRYPTION.format(store=store, password=PASSWORD)) as node:
        yield parse(f"{node.url('perch')}?tls_ca={folder / 'node.pem'}")


def test_a_node_whose_certificate_is_known_is_used(encrypted: Address) -> None:
    prepare(encrypted)
    open_checked(encrypted, PATIENCE).close()


def test_a_node_with_another_certificate_is_not_used(encrypted: Address, folder: Path) -> None:
    with pytest.raises(CannotUse, match="CERTIFICATE_VERIFY_FAILED"):
        prepare(replace(encrypted, tls_ca=str(folder / "other.pem")))


def test_a_node_with_tls_is_not_used_without(encrypted: Address) -> None:
    with pytest.raises(CannotUse, match="The keyspace perch cannot be made"):
        prepare(replace(encrypted, tls_ca=""))
