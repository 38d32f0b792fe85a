"""`python -m app demo`."""

import argparse
import random
import signal
import threading
from types import FrameType

from load.arguments import add_url_argument
from load.client import Client
from load.crew import Crew
from load.demo import Life, settle, wait_for_service
from load.demo_crowd import Talk

CONNECTIONS = 8
PACE_MAX = 100.0


def add_demo_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `demo`. Its exit status is 0 when it is interrupted, and 2 when the service does not answer as it should."""
    demo = commands.add_parser(
        "demo",
        help="fill a running service with a crowd that follows and talks, until Ctrl-C",
        description="Has 34 people follow each other and talk, until Ctrl-C. A second run goes on. Whoever else "
        "publishes gets followers. The service must identify callers by X-User-Id (AUTH_MODE=header).",
    )
    add_url_argument(demo)
    demo.add_argument("--pace", type=_pace, default=0.7, metavar="N", help="tweets a second; default %(default)s")
    demo.set_defaults(run=_run)


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0 < pace <= PACE_MAX:
        raise argparse.ArgumentTypeError(f"must be a number above 0, at most {PACE_MAX:g}, not {text!r}")
    return pace


def _run(arguments: argparse.Namespace) -> int:
    crew = Crew(arguments.url, CONNECTIONS)
    signal.signal(signal.SIGINT, crew.interrupt)
    try:
        return _demo(crew, arguments)
    except KeyboardInterrupt:
        _say("The demo has ended. Run it again, and it goes on.")
        return 0


def _demo(crew: Crew, arguments: argparse.Namespace) -> int:
    rng, stopping = random.Random(), threading.Event()
    talk = Talk(rng)
    with Client(arguments.url) as client:
        wait_for_service(client, lambda: _say(f"{arguments.url.url} does not answer yet. Start the service: make run"))
        settle(crew, client, talk)
        _say(f"The crowd is there: open {arguments.url.url}/ in a browser.")

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        # From now on, the tweet that is under way is finished.
        signal.signal(signal.SIGINT, stop)
        done = Life(client, talk, rng).go_on(arguments.pace, stopping)
    _say(f"The demo has ended after {done} tweets. Run it again, and it goes on.")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)
