"""The command line: `python -m app serve`, `load`, `backup` and `openapi`."""

import argparse
import os
import signal
import sys

from app.backup import add_backup_command
from app.compose import build, open_adapters
from app.distribution import NAME, VERSION
from app.process import prepare_process, say, start_facts
from app.settings import BadSetting, Settings
from infrastructure.log import get_logger
from infrastructure.server.open_files import TooFewOpenFiles
from infrastructure.server.waitress_server import WaitressServer
from infrastructure.sqlite.opening import CannotOpen
from load.command import add_load_command

log = get_logger("perch")

BAD_SETTING_STATUS = 2
ADVICE_ANYBODY = (
    "WHOEVER REACHES THIS ADDRESS CAN CLAIM TO BE ANYBODY: AUTH_MODE is header, and the address is not loopback. "
    "Put a gateway in front that sets X-User-Id, or set AUTH_MODE=jwt."
)


def main() -> int:
    """Runs the command and returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Perch: exact home timelines.")
    parser.add_argument("--version", action="version", version=f"{NAME} {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the service; its settings are environment variables")
    serve.add_argument(
        "--no-worker",
        action="store_true",
        help="push nothing: every tweet stays unpushed, and is merged by each read (for tests)",
    )
    serve.set_defaults(run=_serve)
    add_load_command(commands)
    add_backup_command(commands)
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
    except BadSetting as error:
        print(error, file=sys.stderr)
        return BAD_SETTING_STATUS
    prepare_process(settings)
    try:
        adapters = open_adapters(settings)
    except CannotOpen as error:
        print(error, file=sys.stderr)
        return BAD_SETTING_STATUS
    perch = build(settings, adapters, run_worker=not arguments.no_worker)
    try:
        server = WaitressServer(perch, settings.server)
    except TooFewOpenFiles as error:
        print(error, file=sys.stderr)
        return BAD_SETTING_STATUS
    except (OSError, ValueError) as error:
        print(f"HOST and PORT must name an address to listen on: {str(error).rstrip('.')}.", file=sys.stderr)
        return BAD_SETTING_STATUS
    server.stop_on_signals()
    if settings.identity.auth_mode == "header" and server.is_reachable_from_outside:
        log.warning("anybody_can_be_anybody", host=settings.server.host, advice=ADVICE_ANYBODY)
    log.info("perch_started", url=server.url, **start_facts(settings))
    say(f"Perch listens on {server.url}")
    left = server.run()
    log.info("stopped", tweets_left=left)
    say(f"Perch stopped; tweets left to push: {left}")
    return 0


def _openapi(_: argparse.Namespace) -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `openapi | head` ends quietly
    # A secret key only because making one up comes with a warning.
    settings = Settings.from_environment({"SECRET_KEY": "no cursor is made", "DATABASE_URL": "memory:"})
    app = build(settings, open_adapters(settings), run_worker=False).app
    print(app.test_client().get("/openapi.json").text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
