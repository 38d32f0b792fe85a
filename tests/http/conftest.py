"""Fixtures of the HTTP tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.compose import Perch
from cluster.engines.postgres import PostgresServer
from cluster.perch_process import running_perch
from infrastructure.postgres.migrating import migrate
from tests.built import KEY, Change, built
from tests.fakes.clock import ManualClock
from tests.http.client import Client
from tests.http.jwks_server import JwksServer, jwks_server
from tests.http.on_postgres import OnPostgres, on_postgres
from tests.http.opened import Opened
from tests.http.tokens import ec_key, jwk, rsa_key
from tests.http.wire import InProcess, OverSocket, Transport

SignIn = Callable[[str], Client]
OpenStream = Callable[..., Opened]

LOCAL = ["memory"]
EVERY = [*LOCAL, *(pytest.param(name, marks=pytest.mark.engines) for name in ("postgres", "without_timelines"))]


@pytest.fixture(scope="session")
def postgres(schema_url: str) -> Iterator[OnPostgres]:
    with on_postgres(schema_url) as adapters:
        yield adapters


@pytest.fixture(scope="session")
def without_timelines(postgres_server: PostgresServer) -> Iterator[OnPostgres]:
    url = postgres_server.url(postgres_server.create_database())
    migrate(url, "head", "none")
    with on_postgres(url, TIMELINES_URL="none") as adapters:
        yield adapters


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test on all engines, and a test that is marked `local` in memory alone."""
    if "engine" in metafunc.fixturenames:
        is_local = metafunc.definition.get_closest_marker("local")
        metafunc.parametrize("engine", LOCAL if is_local else EVERY, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Change:
    """What makes the adapters of memory those of an engine; the answers must be the same."""
    if request.param == "memory":
        return lambda adapters: adapters
    on_engine: OnPostgres = request.getfixturevalue(request.param)
    return on_engine.instead


@pytest.fixture
def perch(engine: Change) -> Perch:
    """The whole application without its threads: only the test pushes tweets and wakes streams."""
    return built(change=engine)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def app(perch: Perch) -> InProcess:
    """A transport to the application in this process."""
    return InProcess(perch.app)


@pytest.fixture
def sign_in(app: InProcess) -> SignIn:
    """Returns a client for any user."""
    return lambda user_id: Client(app, user_id)


@pytest.fixture
def alice(sign_in: SignIn) -> Client:
    return sign_in("alice")


@pytest.fixture
def bob(sign_in: SignIn) -> Client:
    return sign_in("bob")


@pytest.fixture
def open_stream(perch: Perch) -> Iterator[OpenStream]:
    """Opens streams as bob, or another user; they are closed when the test is over."""
    opened: list[Opened] = []

    def open_stream(*headers: tuple[str, str], user: str = "bob", **more: Any) -> Opened:  # noqa: ANN401
        opened.append(Opened(perch, ("X-User-Id", user), *headers, **more))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


@pytest.fixture
def anyone(app: InProcess) -> Client:
    """A client without an identity."""
    return Client(app)


@pytest.fixture(scope="session")
def in_process() -> Iterator[InProcess]:
    """One application that all tests of both transports share; it may hold data of other tests."""
    with built() as perch:
        yield InProcess(perch.app)


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One service that all tests over a socket share; it may hold data of other tests."""
    with running_perch(tmp_path_factory.mktemp("service"), SECRET_KEY=KEY) as perch:
        yield perch.url


@pytest.fixture(scope="session")
def over_socket(service_url: str) -> Iterator[OverSocket]:
    transport = OverSocket(service_url)
    yield transport
    transport.close()


@pytest.fixture(params=["in_process", "over_socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Each transport to the application; the answers must be the same."""
    chosen: Transport = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def jwks() -> Iterator[JwksServer]:
    """A server with an RSA key and a key on a curve."""
    with jwks_server() as server:
        server.publish(jwk(rsa_key(), "first"), jwk(ec_key(), "curve"))
        yield server
