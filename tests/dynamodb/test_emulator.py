"""The emulator outlives what trials do to its connections."""

import socket

from cluster.engines.own_dynalite import OwnDynalite
from cluster.engines.ports import LOCALHOST

HALF = b"POST / HTTP/1.1\r\nHost: dynamodb\r\nContent-Length: 100\r\n\r\nhalf"
REQUESTS = 20


def test_it_goes_on_when_clients_end_in_the_middle_of_a_request(dynamodb: OwnDynalite) -> None:
    for _ in range(REQUESTS):
        with socket.create_connection((LOCALHOST, dynamodb.port)) as connection:
            connection.sendall(HALF)
        dynamodb.client.list_tables()
