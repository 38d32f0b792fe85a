"""The command line: `python -m app serve`, `load` and `openapi`."""

import argparse
import logging
import os
import sys

from app.config import BadSetting, Settings
from app.container import build
from app.load.command import add_load_command
from app.server import Server

log = logging.getLogger("perch")

BAD_SETTING_STATUS = 2
WARNING_ANYBODY = (
    "ANYBODY WHO REACHES %s CAN CLAIM TO BE ANYBODY: AUTH_MODE is header, and this address is not loopback. "
    "Put a gateway in front that sets X-User-Id, or set AUTH_MODE=jwt"
)
_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


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
    except BadSetting as error:
        print(error, file=sys.stderr)
        return BAD_SETTING_STATUS
    logging.basicConfig(level=settings.log_level, format=_LOG_FORMAT, stream=sys.stderr)

    perch = build(settings, run_worker=not arguments.no_worker)
    try:
        server = Server(perch, settings)
    except (OSError, ValueError) as error:
        print(f"HOST and PORT must name an address to listen on: {str(error).rstrip('.')}.", file=sys.stderr)
        return BAD_SETTING_STATUS
    server.stop_on_signals()
    if settings.auth_mode == "header" and server.is_reachable_from_outside:
        log.warning(WARNING_ANYBODY, settings.host)
    print(f"Perch listens on {server.url}", flush=True)
    left = server.run()
    print(f"Perch stopped; events left: {left}", flush=True)
    return 0


def _openapi(_: argparse.Namespace) -> int:
    # A secret key only because making one up comes with a warning.
    app = build(Settings(secret_key="no cursor is made"), run_worker=False).app  # noqa: S106
    print(app.test_client().get("/openapi.json").text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
