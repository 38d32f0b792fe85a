"""Three nodes of Cassandra in a trial, which keep each entry three times; harm is done to one of them at a time."""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from cluster.engines.own_cassandra import START_SECONDS, OwnCassandra
from cluster.engines.proxy import Proxy
from tests.cassandra.three_nodes import ADDRESSES, ThreeNodes
from tests.engines.until import until
from tests.trial.engines import HARMS, OUT_SECONDS, Engine, Harm, wait


def start(_: Any, stack: ExitStack) -> Engine:  # noqa: ANN401 - whatever `find` found
    proxies = [stack.enter_context(Proxy(0, address)) for address in ADDRESSES]
    for proxy in proxies:
        proxy.lead_to(proxy.port)
    nodes = stack.enter_context(ThreeNodes([proxy.port for proxy in proxies]))
    return Engine(nodes, proxies, nodes.url("perch"), settle=nodes.wait_until_started)


def _to_one(harm: Harm) -> Harm:
    """Does to a node that runs what is done to an engine of one."""

    def do(engine: Engine, rng: random.Random) -> None:
        node, proxy = rng.choice(_up(engine))
        harm(Engine(node, [proxy], engine.url), rng)

    return do


def _up(engine: Engine) -> list[tuple[OwnCassandra, Proxy]]:
    """The nodes that answer, each with its proxy; waits until these are a majority."""

    def answering() -> list[tuple[OwnCassandra, Proxy]]:
        nodes: Sequence[OwnCassandra] = engine.server.nodes
        return [(node, proxy) for node, proxy in zip(nodes, engine.proxies, strict=True) if node.answers()]

    until(lambda: len(answering()) > len(engine.proxies) / 2, START_SECONDS)
    return answering()


def kill(engine: Engine, rng: random.Random) -> None:
    """Ends a node by SIGKILL; after a while it starts again, which takes long, and meanwhile other harm is done."""
    engine.server.kill()
    wait(rng, OUT_SECONDS)
    engine.server.begin_to_start()


def pause_two(engine: Engine, rng: random.Random) -> None:
    """No majority is left."""
    two = [node for node, _ in rng.sample(_up(engine), 2)]
    for node in two:
        node.pause()
    wait(rng, OUT_SECONDS)
    for node in two:
        node.resume()


HARMS_TO_NODES: dict[str, Harm] = {
    **{name: _to_one(harm) for name, harm in {**HARMS, "kill": kill}.items()},
    "pause-two": pause_two,
}
