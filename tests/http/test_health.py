"""Liveness and readiness."""

import pytest

from tests.built import built
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import InProcess, Transport


def test_a_running_service_is_alive_and_ready(transport: Transport) -> None:
    for target in ("/livez", "/readyz"):
        answer = Client(transport).get(target)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("target", ["/livez", "/readyz", "/metrics"])
@pytest.mark.parametrize(
    "query",
    ["verbose", "name[]=perch_build_info", "verbose=1&verbose=2", "exclude=etcd&timeout=1s", "&".join("x" * 200)],
)
def test_monitors_may_send_parameters_of_other_services(transport: Transport, target: str, query: str) -> None:
    assert Client(transport).get(f"{target}?{query}").status == 200


def test_a_service_is_ready_from_its_start_to_its_stop() -> None:
    perch = built()
    client = Client(InProcess(perch.app))
    assert_not_ready(client)
    with perch:
        assert client.get("/readyz").status == 200
    assert_not_ready(client)


def assert_not_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/livez").status == 200
