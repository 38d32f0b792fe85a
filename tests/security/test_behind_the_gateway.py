"""nginx and Perch together, configured as documented, over raw connections."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from cluster.listener import Listener
from cluster.perch_process import PerchProcess
from tests.e2e.gateway import Gateway, basic
from tests.http.cases import TEXT
from tests.security.conftest import ADMIN_TOKEN
from tests.security.raw import ask_gateway, statuses, tweets_count
from tests.security.test_identity_smuggling import AMBIGUOUS as AMBIGUOUS_IDENTITIES
from tests.security.test_identity_smuggling import SIMILAR
from tests.security.test_request_smuggling import AMBIGUOUS, HIDDEN

AS_ALICE = f"Authorization: {basic('alice')['Authorization']}\r\n".encode()
PUBLISH = b"POST /v1/tweets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + AS_ALICE
STREAMS_PER_USER = 8
IDENTITIES = (
    AMBIGUOUS_IDENTITIES
    | SIMILAR
    | {"the header itself": b"X-User-Id: mallory", "in lower case": b"x-user-id: mallory"}
)
INTERNAL = [
    *("/v1/admin/dead-letters", "/v1/admin%2Fdead-letters", "/v1%2Fadmin%2Fdead-letters", "//v1/admin/dead-letters"),
    *("/v1/./admin/dead-letters", "/x/../v1/admin/dead-letters", "/v1//admin/dead-letters", "/v1/admin/../admin/x"),
    *("http://x/v1/admin/dead-letters", "/%761/admin/dead-letters", "/v1/admin;x/dead-letters", "/livez", "/%6Civez"),
    *("/metrics", "/metrics/", "/%2Fmetrics", "/metrics?x", "/metrics%00", "/metrics#x", "http://x//metrics"),
]


def publish(gateway: Gateway, headers: bytes) -> bytes:
    head = PUBLISH + b"Content-Length: %d\r\n%b\r\n\r\n" % (len(TEXT), headers)
    return ask_gateway(gateway.port, head + TEXT)


@pytest.mark.parametrize("headers", IDENTITIES.values(), ids=IDENTITIES)
def test_the_gateway_replaces_every_claimed_identity(
    gateway: Gateway, perch_process: PerchProcess, headers: bytes
) -> None:
    answer = publish(gateway, headers)
    assert statuses(answer)[0] == 400 or b'"author_id":"alice"' in answer
    assert tweets_count(perch_process, "mallory") == 0


@pytest.mark.parametrize("named", [b"X-User-Id", b"close, X-User-Id", b"X-User-Id, Content-Type"])
def test_a_client_cannot_make_the_gateway_drop_the_identity(gateway: Gateway, named: bytes) -> None:
    assert b'"author_id":"alice"' in publish(gateway, b"Connection: " + named)


@pytest.mark.parametrize("ambiguous", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_no_request_is_smuggled_through_the_gateway(
    gateway: Gateway, perch_process: PerchProcess, ambiguous: bytes
) -> None:
    line, rest = ambiguous.split(b"\r\n", 1)
    ask_gateway(gateway.port, line + b"\r\n" + AS_ALICE + rest + HIDDEN)
    assert tweets_count(perch_process, "hidden") == 0
    assert b'"author_id":"alice"' in publish(gateway, b"X-Request-Id: mine")


@pytest.mark.parametrize("target", INTERNAL)
def test_no_spelling_of_a_path_reaches_an_internal_route(gateway: Gateway, target: str) -> None:
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nX-Admin-Token: {ADMIN_TOKEN}\r\n".encode()
    assert statuses(ask_gateway(gateway.port, head + AS_ALICE + b"\r\n"))[0] in {400, 404}


@pytest.fixture
def greedy(gateway: Gateway) -> Iterator[list[Listener]]:
    """As many streams as the gateway allows one user."""
    with ExitStack() as stack:
        opened = (closing(Listener(gateway.port, more_headers=basic("bob"))) for _ in range(STREAMS_PER_USER))
        yield [stack.enter_context(each) for each in opened]


def test_one_user_cannot_take_all_streams(gateway: Gateway, greedy: list[Listener]) -> None:
    assert [listener.response.status for listener in greedy] == [200] * STREAMS_PER_USER
    with closing(Listener(gateway.port, more_headers=basic("bob"))) as one_more:
        assert one_more.response.status == 503
    with closing(Listener(gateway.port, more_headers=basic("carol"))) as another:
        assert another.response.status == 200
