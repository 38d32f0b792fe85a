"""The command line: `python -m app serve`, `load` and `openapi`."""

import argparse
import logging
import os
import sys
from collections.abc import Set as AbstractSet
from importlib.util import find_spec
from typing import TYPE_CHECKING

from app.affinity import cpus, stay_on_one_cpu
from app.collector import collect_young_only
from app.config import BadSetting, Settings
from app.container import build
from app.load.command import add_load_command
from app.logs import configure_logs
from app.perch import Perch
from app.server import Server
from infrastructure.log import get_logger

if TYPE_CHECKING:
    from app.granian_server import GranianServer

log = get_logger("perch")

BAD_SETTING_STATUS = 2
ADVICE_ANYBODY = (
    "WHOEVER REACHES THIS ADDRESS CAN CLAIM TO BE ANYBODY: AUTH_MODE is header, and the address is not loopback. "
    "Put a gateway in front that sets X-User-Id, or set AUTH_MODE=jwt."
)


def main() -> int:
    """Runs the command and returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Perch: exact home timelines.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the service; its settings are environment variables")
    serve.add_argument(
        "--no-worker",
        action="store_true",
        help="push nothing: every tweet stays unpushed, and is merged by each read (for tests)",
    )
    serve.set_defaults(run=_serve)
    add_load_command(commands)
    openapi = commands.add_parser(
        "openapi", help="print the OpenAPI document, as a service with default settings gives it"
    )
    openapi.set_defaults(run=_openapi)
    arguments = parser.parse_args()
    status: int = arguments.run(arguments)
    return status


def _serve(arguments: argparse.Namespace) -> int:
    try:
        settings = Settings.from_environment(os.environ)
        _check_installed(settings.server)
    except BadSetting as error:
        print(error, file=sys.stderr)
        return BAD_SETTING_STATUS
    configure_logs(settings.log_level, settings.log_format, sys.stderr)

    other_cpus = stay_on_one_cpu() if settings.cpus == "one" else frozenset[int]()
    if settings.collector == "young":
        collect_young_only()
    perch = build(settings, run_worker=not arguments.no_worker)
    try:
        server = _server(perch, settings, other_cpus)
    except (OSError, ValueError) as error:
        print(f"HOST and PORT must name an address to listen on: {str(error).rstrip('.')}.", file=sys.stderr)
        return BAD_SETTING_STATUS
    server.stop_on_signals()
    if settings.auth_mode == "header" and server.is_reachable_from_outside:
        log.warning("anybody_can_be_anybody", host=settings.host, advice=ADVICE_ANYBODY)
    log.info("perch_started", url=server.url, auth_mode=settings.auth_mode, cpus=cpus())
    print(f"Perch listens on {server.url}", flush=True)
    left = server.run()
    log.info("stopped", events_left=left)
    print(f"Perch stopped; events left: {left}", flush=True)
    if settings.server == "granian":
        # What granian leaves behind may keep the interpreter busy for seconds when that ends in the usual way.
        logging.shutdown()
        os._exit(0)
    return 0


def _check_installed(server: str) -> None:
    if find_spec(server) is None:
        raise BadSetting(f"SERVER is {server}, which is not installed: pip install 'perch[{server}]' does that.")


def _server(perch: Perch, settings: Settings, other_cpus: AbstractSet[int]) -> "Server | GranianServer":
    if settings.server == "waitress":
        return Server(perch, settings)
    from app.granian_server import GranianServer  # noqa: PLC0415 - what it imports need not be installed

    return GranianServer(perch, settings, other_cpus)


def _openapi(_: argparse.Namespace) -> int:
    # A secret key only because making one up comes with a warning.
    app = build(Settings(secret_key="no cursor is made"), run_worker=False).app  # noqa: S106
    print(app.test_client().get("/openapi.json").text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
