"""Events are records of the standard library's logging, which any handler can take."""

import logging

import pytest

from infrastructure.log import current_request_id, get_logger
from tests.fakes.log import event_of

log = get_logger("perch.tests")


def test_an_event_is_a_log_record_and_prints_nothing(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    log.warning("kettle_boiled", degrees=100, place="on the hob")
    [record] = caplog.records
    assert (record.name, record.levelname) == ("perch.tests", "WARNING")
    assert event_of(record) == {"event": "kettle_boiled", "degrees": 100, "place": "on the hob"}
    assert record.getMessage() == "kettle_boiled degrees=100 place='on the hob'"
    assert capsys.readouterr() == ("", "")


def test_a_record_names_the_file_of_its_caller(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("by_level_name")
    log.log(logging.ERROR, "by_level")
    assert [record.filename for record in caplog.records] == ["test_log.py"] * 2


def test_a_record_holds_the_exception_itself(caplog: pytest.LogCaptureFixture) -> None:
    try:
        [].pop()
    except IndexError as error:
        log.exception("caught")
        caught = error
    log.error("handed_over", exc_info=caught)
    assert [record.exc_info and record.exc_info[1] for record in caplog.records] == [caught, caught]
    assert [record.filename for record in caplog.records] == ["test_log.py"] * 2
    assert [event_of(record) for record in caplog.records] == [{"event": "caught"}, {"event": "handed_over"}]


def test_the_level_of_the_logger_applies(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR", "perch.tests")
    log.warning("not_heard")
    caplog.set_level("DEBUG", "perch.tests")
    log.debug("heard")
    assert [event_of(record)["event"] for record in caplog.records] == ["heard"]


def test_fields_named_like_record_attributes_are_kept_apart(caplog: pytest.LogCaptureFixture) -> None:
    log.warning("named", name="x", message="x", args=(1,), levelname="x", msg="x", extra={}, module=None)
    [record] = caplog.records
    assert record.name == "perch.tests"
    assert event_of(record)["name"] == "x"


def test_an_event_has_the_id_of_the_current_request(caplog: pytest.LogCaptureFixture) -> None:
    token = current_request_id.set("one")
    log.warning("during", place="x")
    current_request_id.reset(token)
    log.warning("after")
    during, after = (event_of(record) for record in caplog.records)
    assert during == {"event": "during", "place": "x", "request_id": "one"}
    assert after == {"event": "after"}
