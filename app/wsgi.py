"""Perch for any threaded WSGI server, as `app.wsgi:application`; docs/operations.md describes how to run it."""

import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.affinity import OneCpu
from app.compose import Perch, Role, build, open_adapters
from app.compose.perch import STOP_SECONDS
from app.process import mark_started, prepare_process
from app.settings import BadSetting, Settings
from infrastructure.cannot_use import CannotUse
from infrastructure.http.cors import Cors
from infrastructure.http.problems import Problem, overloaded
from infrastructure.log import get_logger
from infrastructure.server.in_flight_limit import InFlightLimit, answering_problem
from infrastructure.server.request_body import RequestBody
from infrastructure.server.stop_signals import StopSignalWatch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = get_logger("perch")

SUPERVISE_SECONDS = 0.5

START_WAIT_SECONDS = 10.0
"""The longest wait of a request for a start that another one has begun."""


def create_application() -> "WSGIApplication":
    """Returns the application with settings from the environment; raises `BadSetting` for an invalid setting."""
    settings = Settings.from_environment(os.environ)
    return Application(settings, prepare_process(settings))


class Application:
    """Builds and starts Perch on the first request, and stops it when the process ends.

    It starts on the first request because a server may import this module and then fork, which loses threads. A stop
    signal ends the streams, because a server that waits for open responses would wait for them forever.
    """

    def __init__(self, settings: Settings, one_cpu: OneCpu | None = None) -> None:
        self._settings = settings
        self._one_cpu = one_cpu
        self._signals = StopSignalWatch()
        self._start_lock = threading.Lock()
        self._started: WSGIApplication | None = None
        self._cors = Cors(settings.api.cors_origins)
        self._refuse = answering_problem(_several_processes, self._cors)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["wsgi.multiprocess"] and not self._settings.store.is_shared:
            return self._refuse(environ, start_response)
        environ["wsgi.input"] = RequestBody(environ["wsgi.input"])
        if "RAW_URI" in environ:  # gunicorn's name for the unchanged request target
            environ["REQUEST_URI"] = environ["RAW_URI"]
        return (self._started or self._start())(environ, start_response)

    def _start(self) -> "WSGIApplication":
        # While a database does not answer each start takes seconds, and the last request would wait for all before it.
        if not self._start_lock.acquire(timeout=START_WAIT_SECONDS):
            return answering_problem(_is_starting, self._cors)
        try:
            return self._started or self._try_to_start()
        finally:
            self._start_lock.release()

    def _try_to_start(self) -> "WSGIApplication":
        role = Role.SERVE if self._settings.store.is_shared else Role.ALL
        try:
            adapters = open_adapters(self._settings, role)
        except (BadSetting, CannotUse) as error:
            log.critical("cannot_start", error=str(error))
            return answering_problem(_cannot_start, self._cors)
        perch = build(self._settings, adapters, role, self._one_cpu)
        # Not a daemon thread, so that the process waits for it, even in a server that skips exit handlers.
        supervisor = threading.Thread(target=self._supervise, args=(perch,), name="supervisor", daemon=False)
        try:
            perch.start()
            supervisor.start()
        except BaseException:
            # The system may allow no more threads. The next request tries again.
            perch.stop(STOP_SECONDS)
            raise
        mark_started(self._settings, role)
        self._started = self._limited(perch)
        return self._started

    def _limited(self, perch: Perch) -> "WSGIApplication":
        def shed() -> Problem:
            perch.count_shed()
            return overloaded(self._settings.server.max_in_flight)

        return InFlightLimit(perch.app, self._settings.server.max_in_flight, answering_problem(shed, self._cors))

    def _supervise(self, perch: Perch) -> None:
        main = threading.main_thread()
        while main.is_alive():
            perch.supervise()
            if self._signals.wait(SUPERVISE_SECONDS):
                perch.drain()
                main.join()
        left = perch.stop(self._settings.server.shutdown_seconds)
        log.info("stopped", tweets_left=left)


def _cannot_start() -> Problem:
    return Problem("unavailable", "Perch cannot start; its log says why.", headers={"Retry-After": "60"})


def _is_starting() -> Problem:
    return Problem("unavailable", "Perch is starting.", headers={"Retry-After": "1"})


def _several_processes() -> Problem:
    detail = "Perch keeps its state in one process, so the server must run a single worker process."
    return Problem("unavailable", detail, headers={"Retry-After": "60"})


def __getattr__(name: str) -> "WSGIApplication":
    """Creates `application` on first access, so that an import of the module has no side effects."""
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    application = globals()[name] = create_application()
    return application
