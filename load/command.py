"""`python -m app load`."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from domain.user import is_user_id
from load import report
from load.arguments import add_url_argument
from load.check import findings, read_stored
from load.client import Address, Client
from load.crew import Crew
from load.errors import LoadError
from load.graph import Graph, make_graph, read_graph
from load.oracle import Oracle, Tweet
from load.phases import follow_all, publish_all, publish_and_poll, read_all
from load.plan import Plan, make_plan
from load.texts import make_texts, read_texts

DIFFERENT_STATUS = 1
INTERRUPTED_STATUS = 130

PREFIX_LENGTH_MAX = 40
"""Leaves room for the node's name in a user id."""

T = TypeVar("T")


def add_load_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `load`. Its exit status is 0 when no timeline differs, 1 when one does, and 2 when that cannot be told,
    because a file or an argument is bad or the service does not answer as it should."""
    load = commands.add_parser(
        "load",
        help="load a follow graph and tweets into a running service, and compare every timeline",
        description="Loads follows and tweets into a running service, reads every home timeline page by page, and "
        "compares it with what it must be. Exit status: 0, none differs; 1, some differ; 2, it could not be told.",
    )
    add_url_argument(load)
    _add_input_arguments(load)
    load.add_argument(
        "--connections", type=_whole_number(1), default=8, metavar="N", help="requests at once; default %(default)s"
    )
    load.add_argument(
        "--sample",
        type=_whole_number(0),
        default=100,
        metavar="N",
        help="tweets published after the rest, each polled for until it shows; default %(default)s",
    )
    load.add_argument(
        "--check",
        action="store_true",
        help="put nothing in: compare with what an earlier load put in, under the same --prefix and other options",
    )
    load.set_defaults(run=_run)


def _add_input_arguments(load: argparse.ArgumentParser) -> None:
    load.add_argument(
        "--graph", type=Path, metavar="FILE", help="edge list, 'a b' or 'a,b' a line; without it, a small one is made"
    )
    load.add_argument("--undirected", action="store_true", help="each edge of the file is two follows")
    load.add_argument(
        "--tweets", type=Path, metavar="FILE", help="tweets, one a line, UTF-8; without it, some are made up"
    )
    load.add_argument("--seed", type=int, default=1, metavar="N", help="of all that is random; default %(default)s")
    load.add_argument(
        "--prefix",
        type=_prefix,
        default=f"load-{time.time_ns() // 1_000_000:x}-",
        help="what user ids start with; made from the time by default, so that two loads do not meet",
    )


def _prefix(text: str) -> str:
    if len(text) > PREFIX_LENGTH_MAX or not is_user_id(text + "0"):
        raise argparse.ArgumentTypeError(f"must be at most {PREFIX_LENGTH_MAX} of A-Z a-z 0-9 _ . -, not {text!r}")
    return text


def _whole_number(low: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < low:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {low}, not {text!r}")
        return int(text)

    return parse


def _run(arguments: argparse.Namespace) -> int:
    try:
        return _load(arguments)
    except (OSError, RuntimeError) as error:
        # Of this machine: no more threads or files, or nobody reads what is printed. Status 1 would mean a difference.
        raise LoadError(f"The load cannot go on: {error}.") from None
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED_STATUS


def _load(arguments: argparse.Namespace) -> int:
    rng = random.Random(arguments.seed)
    graph = _graph(arguments, rng)
    texts = read_texts(arguments.tweets) if arguments.tweets else make_texts(rng)
    plan = make_plan(graph, texts, arguments.sample, rng)
    crew = Crew(arguments.url, arguments.connections)
    signal.signal(signal.SIGINT, crew.interrupt)
    _say(f"users: {len(graph.users)}, from {graph.users[0]} to {graph.users[-1]}")
    tweets, differs = _check(crew, plan) if arguments.check else (_put(crew, plan, arguments.url), False)
    readings, seconds = _timed(lambda: read_all(crew, graph.users, Oracle(graph, tweets)))
    _say(report.rate("pages", sum(reading.pages for reading in readings), seconds))
    for line in report.differences(readings):
        _say(line)
    return DIFFERENT_STATUS if differs or any(reading.difference is not None for reading in readings) else 0


def _put(crew: Crew, plan: Plan, address: Address) -> list[Tweet]:
    _, seconds = _timed(lambda: follow_all(crew, plan.graph.follows))
    _say(report.rate("follows", len(plan.graph.follows), seconds))
    tweets, seconds = _timed(lambda: publish_all(crew, plan.tweets))
    _say(report.rate("tweets", len(tweets), seconds))
    with Client(address) as client:
        sample, delays = publish_and_poll(client, plan.sample)
    _say(report.delays(delays))
    return tweets + sample


def _check(crew: Crew, plan: Plan) -> tuple[list[Tweet], bool]:
    """The tweets that are there, and whether they or the follows are others than those of the plan."""
    stored = read_stored(crew, plan)
    lines = list(findings(plan, stored))
    for line in lines:
        _say(line)
    tweets = [tweet for each in stored for tweet in each.tweets]
    _say(f"stored: {sum(len(each.followees) for each in stored)} follows, {len(tweets)} tweets")
    return tweets, bool(lines)


def _graph(arguments: argparse.Namespace, rng: random.Random) -> Graph:
    if arguments.graph is None:
        return make_graph(arguments.prefix, rng)
    return read_graph(arguments.graph, arguments.prefix, undirected=arguments.undirected)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _say(line: str) -> None:
    print(line, flush=True)
