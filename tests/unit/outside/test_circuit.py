"""A circuit in front of an engine that fails, refuses, or does not answer."""

import pytest

from domain.errors import Unavailable
from infrastructure.outside.circuit import FAILURES, PAUSE_SECONDS, Circuit, NoAnswer, NoTime, Refused
from tests.fakes.clock import ManualClock
from tests.fakes.log import WrittenLog


class Engine:
    """Fails with this error, if there is one, and counts the calls."""

    def __init__(self) -> None:
        self.error: Unavailable | None = None
        self.calls = 0

    def ask(self) -> int:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return self.calls


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def ask(circuit: Circuit, engine: Engine, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Unavailable):
            circuit.call(engine.ask)


def test_it_opens_after_failures_in_a_row(engine: Engine, clock: ManualClock) -> None:
    circuit = Circuit("engine", clock.monotonic)
    engine.error = Unavailable("no")
    ask(circuit, engine, FAILURES - 1)
    engine.error = None
    assert circuit.call(engine.ask) == FAILURES
    engine.error = Unavailable("no")
    ask(circuit, engine, FAILURES)
    assert circuit.is_open
    assert circuit.openings == 1
    calls = engine.calls
    ask(circuit, engine, 5)
    assert engine.calls == calls


def test_it_opens_at_once_without_an_answer(engine: Engine, clock: ManualClock, written: WrittenLog) -> None:
    circuit = Circuit("engine", clock.monotonic)
    engine.error = NoAnswer("silence")
    ask(circuit, engine, 5)
    assert engine.calls == 1
    [line] = written.lines()
    assert (line["engine"], line["error"]) == ("engine", "silence")


def test_a_refusal_is_no_failure(engine: Engine, clock: ManualClock) -> None:
    circuit = Circuit("engine", clock.monotonic)
    engine.error = Refused("not now")
    ask(circuit, engine, 5 * FAILURES)
    assert engine.calls == 5 * FAILURES
    assert not circuit.openings


def test_a_call_a_second_probes(engine: Engine, clock: ManualClock) -> None:
    circuit = Circuit("engine", clock.monotonic)
    engine.error = NoAnswer("silence")
    ask(circuit, engine)
    clock.advance(round(PAUSE_SECONDS * 1000))
    ask(circuit, engine, 5)
    assert engine.calls == 2
    clock.advance(round(PAUSE_SECONDS * 1000))
    engine.error = None
    assert circuit.call(engine.ask) == 3
    assert not circuit.is_open


def test_with_a_probe_no_call_is_one(engine: Engine, clock: ManualClock) -> None:
    probed = Engine()
    circuit = Circuit("engine", clock.monotonic, probed.ask)
    circuit.probe()
    assert probed.calls == 0
    engine.error = probed.error = NoAnswer("silence")
    ask(circuit, engine)
    clock.advance(10 * round(PAUSE_SECONDS * 1000))
    ask(circuit, engine)
    circuit.probe()
    assert (engine.calls, probed.calls) == (1, 1)
    engine.error = probed.error = None
    ask(circuit, engine)
    circuit.probe()
    assert circuit.call(engine.ask) == 2
    assert circuit.openings == 1


def test_a_request_without_time_says_nothing_about_the_engine(engine: Engine, clock: ManualClock) -> None:
    circuit = Circuit("engine", clock.monotonic)
    engine.error = NoTime("late")
    ask(circuit, engine, 2 * FAILURES)
    assert not circuit.is_open

    def began_before_it_opened() -> None:
        engine.error = NoAnswer("silence")
        ask(circuit, engine)
        raise NoTime("late")

    with pytest.raises(NoTime):
        circuit.call(began_before_it_opened)
    assert circuit.is_open
