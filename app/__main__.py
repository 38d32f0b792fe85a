"""The command line: `python -m app serve`, `work`, `migrate`, `dlq`, `load`, `demo`, `backup`, `copy` and `openapi`."""

import argparse
import signal
import sys

from app.backup import add_backup_command
from app.compose import build, open_adapters
from app.copying import add_copy_command
from app.distribution import NAME, VERSION
from app.dlq import add_dlq_command
from app.migrate import add_migrate_command
from app.processes import add_process_commands
from app.settings import BadSetting, Settings
from domain.errors import Unavailable
from infrastructure.cannot_use import CannotUse
from infrastructure.server.open_files import TooFewOpenFiles
from load.command import add_load_command
from load.demo_command import add_demo_command
from load.errors import LoadError

FAILED_STATUS = 2
"""A command cannot do its work; one sentence on standard error says why."""


def main() -> int:
    """Runs the command and returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Perch: exact home timelines.")
    parser.add_argument("--version", action="version", version=f"{NAME} {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_process_commands(commands)
    add_migrate_command(commands)
    add_dlq_command(commands)
    add_load_command(commands)
    add_demo_command(commands)
    add_backup_command(commands)
    add_copy_command(commands)
    openapi = commands.add_parser(
        "openapi", help="print the OpenAPI document, as a service with default settings gives it"
    )
    openapi.set_defaults(run=_openapi)
    arguments = parser.parse_args()
    try:
        status: int = arguments.run(arguments)
    except (BadSetting, CannotUse, TooFewOpenFiles, Unavailable, LoadError) as error:
        print(error, file=sys.stderr)
        return FAILED_STATUS
    return status


def _openapi(_: argparse.Namespace) -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `openapi | head` ends quietly
    # A secret key only because making one up comes with a warning.
    settings = Settings.from_environment({"SECRET_KEY": "no cursor is made", "DATABASE_URL": "memory:"})
    app = build(settings, open_adapters(settings), run_worker=False).app
    print(app.test_client().get("/openapi.json").text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
