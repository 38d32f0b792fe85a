"""The service writes one line per event, in JSON or in the readable format, for its own loggers and for libraries."""

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


def test_an_event_is_one_line_with_its_fields_last(written: WrittenLog) -> None:
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


def test_a_readable_event_is_one_line(readable: WrittenLog) -> None:
    log.warning("kettle_boiled", degrees=100, place="on the hob")
    pattern = TIMESTAMP + r" \[warning +\] kettle_boiled +\[perch\.tests\] degrees=100 place='on the hob'\n"
    assert re.fullmatch(pattern, readable.getvalue())


def test_library_records_have_the_same_format(written: WrittenLog) -> None:
    logging.getLogger("waitress").warning("%d pending task(s)", 3)
    [line] = written.lines()
    assert re.fullmatch(TIMESTAMP, line.pop("timestamp"))
    assert line == {"level": "warning", "logger": "waitress", "event": "3 pending task(s)"}


def test_python_warnings_are_logged(written: WrittenLog) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("it will go", DeprecationWarning, stacklevel=1)
    [line] = written.lines()
    assert (line["level"], line["logger"]) == ("warning", "py.warnings")
    assert "DeprecationWarning: it will go" in line["event"]


def test_a_traceback_is_a_field(written: WrittenLog) -> None:
    try:
        fail("unheard")
    except LookupError:
        log.exception("caught")
        logging.getLogger("waitress").exception("Caught")
    for line in written.lines():
        assert line["exception"].startswith("Traceback (most recent call last):\n")
        assert line["exception"].endswith("\nLookupError: 7")


@pytest.mark.parametrize("log_format", ["json", "readable"])
def test_a_traceback_does_not_show_local_variables(log_format: str) -> None:
    with written_log(log_format=log_format) as written:
        try:
            fail("un" + "heard")
        except LookupError:
            log.exception("caught")
    assert "LookupError: 7" in written.getvalue()
    assert "unheard" not in written.getvalue()


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_events_below_the_level_are_not_written(level: str) -> None:
    with written_log(level) as written:
        for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            log.log(number, "written_levels")
    written_levels = [line["level"].upper() for line in written.lines()]
    assert written_levels == ["DEBUG", "INFO", "WARNING", "ERROR"][-len(written_levels) :]
    assert written_levels[0] == level


def test_libraries_are_logged_from_warning_on() -> None:
    with written_log("DEBUG") as written:
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            logging.getLogger("some.library").log(level, "written_levels")
    assert [line["level"] for line in written.lines()] == ["warning"]


def test_every_line_during_a_request_has_the_request_id(written: WrittenLog) -> None:
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
def test_auto_is_readable_on_a_terminal_and_json_elsewhere(
    log_format: str, stream: type[StringIO], *, is_json: bool
) -> None:
    chosen = stream()
    with written_log():
        configure_logs("INFO", log_format, chosen)
        log.warning("written_levels")
    assert chosen.getvalue().startswith("{") is is_json
    assert ("\x1b[" in chosen.getvalue()) is (stream is Terminal and not is_json)


def test_a_second_configuration_replaces_the_first(written: WrittenLog) -> None:
    second = StringIO()
    configure_logs("INFO", "json", second)
    log.warning("written_levels")
    assert written.getvalue() == ""
    assert [line["event"] for line in json_lines(second.getvalue())] == ["written_levels"]


def test_an_uncaught_exception_is_logged_as_one_line() -> None:
    outcome = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    [line] = json_lines(outcome.stderr)
    assert (line["level"], line["event"]) == ("critical", "crashed")
    assert "ZeroDivisionError" in line["exception"]
    assert outcome.returncode == 1
