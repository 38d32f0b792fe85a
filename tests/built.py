"""Builds the whole application for a test from settings and adapters."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.compose import Adapters, Perch, build, open_adapters
from app.settings import Settings
from tests.fakes.clock import ManualClock
from tests.http.wire import InProcess
from tests.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

KEY = "the key of these tests"

Change = Callable[[Adapters], Adapters]


def settings_of(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of these environment variables, in memory, with a secret key."""
    return Settings.from_environment({"DATABASE_URL": "memory:", "SECRET_KEY": KEY, **(environment or {})})


def built(
    environment: Mapping[str, str] | None = None,
    *,
    clock: ManualClock | None = None,
    jitter: float = 0.0,
    change: Change = lambda adapters: adapters,
    run_worker: bool = False,
) -> Perch:
    """An application with these settings; `change` may replace adapters.

    Without a worker nothing is pushed unless a test steps the fan-out.
    """
    settings = settings_of(environment)
    adapters = open_adapters(settings, clock=clock, jitter=lambda: jitter)
    return build(settings, change(adapters), run_worker=run_worker)


def in_process(environment: Mapping[str, str] | None = None, clock: ManualClock | None = None) -> InProcess:
    """A transport to an application with these settings."""
    return InProcess(built(environment, clock=clock).app)


@contextmanager
def served_behind(
    middleware: "Callable[[WSGIApplication], WSGIApplication]", environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Serves an application with its worker behind the middleware, and yields its URL."""
    perch = built(environment, run_worker=True)
    perch.app.wsgi_app = middleware(perch.app.wsgi_app)  # type: ignore[assignment, method-assign] # as in Flask's manual
    with serving(perch, settings_of(environment)) as url:
        yield url
