"""Fixtures: a browser, a service, and windows that show its live page."""

import itertools
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from cluster.perch_process import running_perch
from tests.documents.chromium import TIMEOUT_MS, chromium
from tests.e2e.conftest import start_perch
from tests.http.client import Client
from tests.http.wire import OverSocket
from tests.live.window import Window

__all__ = ["start_perch"]

OpenWindow = Callable[..., Window]
SignIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for each module: other modules drive browsers, too, and Playwright runs one at a time."""
    expect.set_options(timeout=TIMEOUT_MS)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One service for all tests, with its data in a file as by default; each test has its own users."""
    folder = tmp_path_factory.mktemp("service")
    with running_perch(folder, DATABASE_URL=f"sqlite:///{folder}/perch.db") as perch:
        yield perch.url


@pytest.fixture
def alice() -> str:
    return new_name("alice")


@pytest.fixture
def bob() -> str:
    return new_name("bob")


@pytest.fixture
def carol() -> str:
    return new_name("carol")


_numbers = itertools.count(1)


def new_name(name: str) -> str:
    """Returns a user name that no test has used."""
    return f"{name}{next(_numbers)}"


@pytest.fixture
def sign_in(service: str) -> Iterator[SignIn]:
    """Makes HTTP clients for users without a window."""
    transport = OverSocket(service)
    yield lambda user_id: Client(transport, user_id)
    transport.close()


@pytest.fixture
def open_window(browser: Browser, service: str) -> Iterator[OpenWindow]:
    """Opens windows in one browser. Fails when a window had a fault or sent a request to another host."""
    windows: list[Window] = []
    with browser.new_context(viewport={"width": 720, "height": 800}) as context:
        context.set_default_timeout(TIMEOUT_MS)

        def new_window(url: str = service) -> Window:
            windows.append(Window(context.new_page(), url))
            return windows[-1]

        yield new_window
        assert [window.faults for window in windows] == [[] for _ in windows]
        assert [window.hosts - {urlsplit(window.url).netloc} for window in windows] == [set() for _ in windows]
