"""What the service writes: one line an event, whoever logs it and whatever it holds."""

import logging
import re
import subprocess
import sys
import warnings
from io import StringIO
from typing import NoReturn

import pytest

from app.logs import configure_logs
from infrastructure.log import current_request_id, get_logger
from tests.fakes.log import WrittenLog, json_lines, written_log

TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
CRASH = "import sys\nfrom app.logs import configure_logs\nconfigure_logs('INFO', 'json', sys.stderr)\n1 / 0"

log = get_logger("perch.tests")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def fail(secret: str) -> NoReturn:
    raise LookupError(len(secret))


def test_an_event_is_a_line_with_its_fields_last(written: WrittenLog) -> None:
    log.warning("kettle_boiled", degrees=100, place="on the hob")
    [line] = written.lines()
    assert re.fullmatch(TIMESTAMP, line.pop("timestamp"))
    assert list(line.items()) == [
        ("level", "warning"),
        ("logger", "perch.tests"),
        ("event", "kettle_boiled"),
        ("degrees", 100),
        ("place", "on the hob"),
    ]


def test_the_readable_form_is_a_line_too(readable: WrittenLog) -> None:
    log.warning("kettle_boiled", degrees=100, place="on the hob")
    pattern = TIMESTAMP + r" \[warning +\] kettle_boiled +\[perch\.tests\] degrees=100 place='on the hob'\n"
    assert re.fullmatch(pattern, readable.getvalue())


def test_lines_of_libraries_have_the_same_form(written: WrittenLog) -> None:
    logging.getLogger("waitress").warning("%d pending task(s)", 3)
    [line] = written.lines()
    assert re.fullmatch(TIMESTAMP, line.pop("timestamp"))
    assert line == {"level": "warning", "logger": "waitress", "event": "3 pending task(s)"}


def test_warnings_are_lines(written: WrittenLog) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("it will go", DeprecationWarning, stacklevel=1)
    [line] = written.lines()
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "DeprecationWarning: it will go" in line["event"]


def test_a_trace_is_a_field(written: WrittenLog) -> None:
    try:
        fail("unheard")
    except LookupError:
        log.exception("caught")
        logging.getLogger("waitress").exception("Caught")
    for line in written.lines():
        assert line["exception"].startswith("Traceback (most recent call last):\n")
        assert line["exception"].endswith("\nLookupError: 7")


@pytest.mark.parametrize("log_format", ["json", "readable"])
def test_a_trace_does_not_show_what_variables_hold(log_format: str) -> None:
    with written_log(log_format=log_format) as written:
        try:
            fail("un" + "heard")
        except LookupError:
            log.exception("caught")
    assert "LookupError: 7" in written.getvalue()
    assert "unheard" not in written.getvalue()


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_the_level_holds(level: str) -> None:
    with written_log(level) as written:
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            log.log(number, "told")
    told = [line["level"].upper() for line in written.lines()]
    assert told == ["DEBUG", "INFO", "WARNING", "ERROR"][-len(told) :]
    assert told[0] == level


def test_libraries_are_not_heard_below_warning() -> None:
    with written_log("DEBUG") as written:
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            logging.getLogger("some.library").log(level, "told")
    assert [line["level"] for line in written.lines()] == ["warning"]


def test_every_line_during_a_request_has_its_id(written: WrittenLog) -> None:
    token = current_request_id.set("one")
    log.warning("ours")
    logging.getLogger("waitress").warning("theirs")
    current_request_id.reset(token)
    log.warning("after")
    assert [line.get("request_id") for line in written.lines()] == ["one", "one", None]


@pytest.mark.parametrize(
    ("log_format", "stream", "is_json"),
    [
        ("auto", StringIO, True),
        ("auto", Terminal, False),
        ("json", Terminal, True),
        ("readable", StringIO, False),
    ],
)
def test_the_form_is_readable_on_a_terminal_unless_it_is_chosen(
    log_format: str, stream: type[StringIO], *, is_json: bool
) -> None:
    chosen = stream()
    with written_log():
        configure_logs("INFO", log_format, chosen)
        log.warning("told")
    assert chosen.getvalue().startswith("{") is is_json
    assert ("\x1b[" in chosen.getvalue()) is (stream is Terminal and not is_json)


def test_a_second_configuration_replaces_the_first(written: WrittenLog) -> None:
    second = StringIO()
    configure_logs("INFO", "json", second)
    log.warning("told")
    assert written.getvalue() == ""
    assert [line["event"] for line in json_lines(second.getvalue())] == ["told"]


def test_a_crash_is_a_line() -> None:
    outcome = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    [line] = json_lines(outcome.stderr)
    assert (line["level"], line["event"]) == ("critical", "crashed")
    assert "ZeroDivisionError" in line["exception"]
    assert outcome.returncode == 1
