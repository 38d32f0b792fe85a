"""A browser, a service, and windows in which its live page is open."""

import itertools
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.documents.chromium import TIMEOUT_MS, chromium
from tests.e2e.conftest import server, start_perch
from tests.http.client import Client
from tests.http.service import running_service
from tests.http.wire import OverSocket
from tests.live.window import Window

__all__ = ["server", "start_perch"]

OpenWindow = Callable[..., Window]
SignIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For a module only: other modules drive browsers, too, and Playwright does one after the other."""
    expect.set_options(timeout=TIMEOUT_MS)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One service for all tests that need no settings of their own; each has users of its own."""
    with running_service(tmp_path_factory.mktemp("service") / "log") as url:
        yield url


@pytest.fixture
def alice() -> str:
    return a_new("alice")


@pytest.fixture
def bob() -> str:
    return a_new("bob")


@pytest.fixture
def carol() -> str:
    return a_new("carol")


_numbers = itertools.count(1)


def a_new(name: str) -> str:
    """The name of somebody whom nobody knows."""
    return f"{name}{next(_numbers)}"


@pytest.fixture
def sign_in(service: str) -> Iterator[SignIn]:
    """Makes clients that use the service without a page."""
    transport = OverSocket(service)
    yield lambda user_id: Client(transport, user_id)
    transport.close()


@pytest.fixture
def open_window(browser: Browser, service: str) -> Iterator[OpenWindow]:
    """Opens windows of one browser beside each other. None may have had faults, or looked anywhere else."""
    windows: list[Window] = []
    with browser.new_context(viewport={"width": 720, "height": 800}) as context:
        context.set_default_timeout(TIMEOUT_MS)

        def new_window(url: str = service) -> Window:
            windows.append(Window(context.new_page(), url))
            return windows[-1]

        yield new_window
        assert [window.faults for window in windows] == [[] for _ in windows]
        assert [window.hosts - {urlsplit(window.url).netloc} for window in windows] == [set() for _ in windows]
