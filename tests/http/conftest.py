"""What the HTTP tests share."""

from collections.abc import Callable, Iterator

import pytest

from app.config import Settings
from app.container import build
from app.perch import Perch
from tests.http.client import Client
from tests.http.service import running_service
from tests.http.wire import InProcess, OverSocket, Transport

KEY = "the key of these tests"

SignIn = Callable[[str], Client]


@pytest.fixture
def perch() -> Iterator[Perch]:
    """The whole application in process; nothing is pushed unless a test steps the fan-out."""
    with build(Settings(secret_key=KEY), run_worker=False) as perch:
        yield perch


@pytest.fixture
def sign_in(perch: Perch) -> SignIn:
    """Makes a client of any user."""
    return lambda user_id: Client(InProcess(perch.app), user_id)


@pytest.fixture
def alice(sign_in: SignIn) -> Client:
    return sign_in("alice")


@pytest.fixture
def bob(sign_in: SignIn) -> Client:
    return sign_in("bob")


@pytest.fixture
def anyone(perch: Perch) -> Client:
    """A client without an identity."""
    return Client(InProcess(perch.app))


@pytest.fixture(scope="session")
def in_process() -> Iterator[InProcess]:
    """One application for all tests that go both ways; they must not count on being alone in it."""
    with build(Settings(secret_key=KEY), run_worker=False) as perch:
        yield InProcess(perch.app)


@pytest.fixture(scope="session")
def by_flask() -> Iterator[InProcess]:
    """The same, but a hook has Flask call every endpoint, as those of CORS do."""
    with build(Settings(secret_key=KEY), run_worker=False) as perch:
        perch.app.before_request(lambda: None)
        yield InProcess(perch.app)


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One service for all tests that go over a socket; they must not count on being alone in it."""
    log = tmp_path_factory.mktemp("service") / "log"
    with running_service(log, SECRET_KEY=KEY) as url:
        yield url


@pytest.fixture(scope="session")
def over_socket(service_url: str) -> Iterator[OverSocket]:
    transport = OverSocket(service_url)
    yield transport
    transport.close()


@pytest.fixture(params=["in_process", "by_flask", "over_socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """All ways to reach the application, which must make no difference."""
    chosen: Transport = request.getfixturevalue(request.param)
    return chosen
