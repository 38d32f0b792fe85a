"""`python -m app serve` and `python -m app work`: processes that run until a signal stops them."""

import argparse
import os
from collections.abc import Mapping

from app.affinity import OneCpu
from app.compose import Role, build, open_adapters
from app.process import mark_started, prepare_process, say
from app.settings import BadSetting, Settings
from infrastructure.log import get_logger
from infrastructure.server.waitress_server import WaitressServer

log = get_logger("perch")

WORK_PORT = "8081"
ADVICE_ANYBODY = (
    "WHOEVER REACHES THIS ADDRESS CAN CLAIM TO BE ANYBODY: AUTH_MODE is header, and the address is not loopback. "
    "Put a gateway in front that sets X-User-Id, or set AUTH_MODE=jwt."
)


def add_process_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `serve` and `work`. Their exit status is 2, with a sentence, if they cannot start."""
    serve = commands.add_parser("serve", help="start the service; its settings are environment variables")
    serve.add_argument(
        "--no-worker",
        action="store_true",
        help="push nothing: every tweet stays unpushed, and is merged by each read (for tests)",
    )
    serve.set_defaults(run=_serve)
    work = commands.add_parser("work", help="push tweets and keep house, beside `serve`, on a PostgreSQL database")
    work.set_defaults(run=_work)


def _serve(arguments: argparse.Namespace) -> int:
    return _run(os.environ, Role.ALL, run_worker=not arguments.no_worker)


def _work(_: argparse.Namespace) -> int:
    return _run({"PORT": WORK_PORT, **os.environ}, Role.WORK)


def _run(environment: Mapping[str, str], role: Role, *, run_worker: bool = True) -> int:
    settings = Settings.from_environment(environment)
    role = _role(settings, role)
    one_cpu = prepare_process(settings)
    server = _server(settings, role, one_cpu, run_worker=run_worker)
    server.stop_on_signals()
    if role.serves and settings.identity.auth_mode == "header" and server.is_reachable_from_outside:
        log.warning("anybody_can_be_anybody", host=settings.server.host, advice=ADVICE_ANYBODY)
    mark_started(settings, role, server.url)
    say(f"Perch {'listens' if role.serves else 'works, and reports its health,'} on {server.url}")
    left = server.run()
    log.info("stopped", tweets_left=left)
    say("Perch stopped" + ("" if left is None else f"; tweets left to push: {left}"))
    return 0


def _role(settings: Settings, asked: Role) -> Role:
    if settings.store.is_shared:
        return Role.SERVE if asked is Role.ALL else asked
    if asked is Role.WORK:
        raise BadSetting(
            "DATABASE_URL must be a postgresql:// address for `work`: with memory and SQLite, `serve` does the work."
        )
    return asked


def _server(settings: Settings, role: Role, one_cpu: OneCpu | None, *, run_worker: bool) -> WaitressServer:
    perch = build(settings, open_adapters(settings, role), role, one_cpu, run_worker=run_worker)
    try:
        return WaitressServer(perch, settings.server)
    except (OSError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise BadSetting(f"HOST and PORT must name an address to listen on: {reason}.") from None
