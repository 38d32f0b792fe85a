"""`python -m app dlq`: shows, redrives and drops what workers took from the broker and could not read."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import closing

import orjson

from app.compose.events import broker
from app.logs import configure_logs
from app.settings import BadSetting, Settings, naming
from infrastructure.events.dead import DeadEvent, DeadEvents
from infrastructure.http.rendering import timestamp

ALL = 1 << 62
SHOWN = 20


def add_dlq_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `dlq`. Its exit status is 0, or 2 with a sentence if the broker cannot be asked."""
    dlq = commands.add_parser("dlq", help="show, redrive or drop dead events at the broker of EVENTS_URL")
    actions = dlq.add_subparsers(required=True, metavar="ACTION")
    _add(actions, "show", _show, SHOWN, "print the oldest, each as a line of JSON, with reason, time and origin")
    _add(actions, "redrive", _redrive, ALL, "send them to the workers again, for example after an upgrade")
    _add(actions, "drop", _drop, ALL, "remove them for good")


Act = Callable[[DeadEvents, int], None]


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, act: Act, limit: int, text: str
) -> None:
    action = actions.add_parser(name, help=text)
    all_or_some = "all" if limit == ALL else str(limit)
    action.add_argument("--limit", type=_positive, default=limit, help=f"at most so many (default: {all_or_some})")
    action.set_defaults(run=lambda arguments: _run(act, arguments.limit))


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _run(act: Act, limit: int) -> int:
    with closing(_open(Settings.from_environment(os.environ))) as dead:
        act(dead, limit)
    return 0


def _open(settings: Settings) -> DeadEvents:
    if not settings.store.events_url:
        raise BadSetting("EVENTS_URL must be the address of a broker: without one there are no dead events.")
    configure_logs(settings.log.log_level, settings.log.log_format, sys.stderr)
    with naming("EVENTS_URL"):
        return broker(settings).open_dead(settings.store.events_url)


def _show(dead: DeadEvents, limit: int) -> None:
    for event in dead.show(limit):
        print(_line(event))


def _line(event: DeadEvent) -> str:
    fields = {
        "time": timestamp(event.failed_at_ms),
        "origin": event.origin,
        "reason": event.reason,
        "body": event.body.decode("utf-8", "backslashreplace"),
    }
    return orjson.dumps(fields).decode()


def _redrive(dead: DeadEvents, limit: int) -> None:
    print(f"Dead events redriven: {dead.redrive(limit)}")


def _drop(dead: DeadEvents, limit: int) -> None:
    print(f"Dead events dropped: {dead.drop(limit)}")
