"""Any value of a field makes one log line and raises nothing."""

import logging
import re

import pytest

from infrastructure.log import get_logger
from tests.fakes.log import WrittenLog, written_log

log = get_logger("perch.tests")


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


ODD = ["\ud800", 1 << 64, b"\xff", {1: "\udfff"}, float("nan"), pytest.param(object(), id="object()")]


@pytest.mark.parametrize("value", ODD, ids=ascii)
def test_any_field_value_makes_a_line_of_json(written: WrittenLog, value: object) -> None:
    log.warning("odd", value=value)
    [line] = written.lines()
    assert (line["level"], line["event"]) == ("warning", "odd")
    assert "value" in line


def test_an_error_message_with_surrogates_is_escaped(written: WrittenLog) -> None:
    log.error("failed", exc_info=ValueError("\ud800"))
    assert "ValueError: \\ud800" in written.lines()[0]["exception"]


@pytest.mark.parametrize("log_format", ["json", "readable"])
def test_an_event_that_cannot_be_formatted_is_reported_and_raises_nothing(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with written_log(log_format=log_format) as written:
        log.warning("odd", value=Unprintable())
        logging.getLogger("waitress").warning("%d tasks", "no number")
    assert written.getvalue().count("\n") == written.getvalue().count("log_line_lost") == 2
    assert "test_odd_logs.py" in written.getvalue()
    assert capsys.readouterr() == ("", "")


def test_control_characters_are_escaped(readable: WrittenLog) -> None:
    logging.getLogger("waitress").warning("serving /\x1b[2J\n/2\x9b")
    log.warning("odd", value="\x1b[2J\n\x07")
    assert readable.getvalue().count("\n") == 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", readable.getvalue())
    assert "serving /\\x1b[2J\\x0a/2\\x9b" in readable.getvalue()
