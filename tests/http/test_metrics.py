"""The answer of /metrics, and its conformance to the formats of Prometheus."""

import re

import pytest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from infrastructure.http.metrics import OPENMETRICS
from tests.built import built
from tests.fakes.clock import ManualClock
from tests.http.client import Client
from tests.http.wire import InProcess, Transport

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_1 = "application/openmetrics-text; version=1.0.0; charset=utf-8"
SENT_BY_PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
ODD_ACCEPT = [
    "",
    ";",
    "a" * 1000,
    "text/plain;version=abc",
    "text/plain;version=",
    "text/plain;version=1.x.0;escaping=nonsense",
    "\xff",
    "application/openmetrics-text;version=abc",
    "application/openmetrics-text;version=9" + "9" * 5000,
    'application/openmetrics-text;version="1.0.0";q=zero',
]
OTHER_UNITS = {"milliseconds", "microseconds", "ms", "us", "minutes", "hours", "days", "kilobytes", "percent"}


def families(text: str, *, openmetrics: bool = False) -> dict[str, Metric]:
    """The metrics that the library's own parser reads; a repeated name is an error."""
    found = list(parse_openmetrics(text) if openmetrics else parse_text(text))  # type: ignore[no-untyped-call]
    by_name = {family.name: family for family in found}
    assert len(by_name) == len(found)
    return by_name


def test_the_text_format_is_the_default(transport: Transport) -> None:
    answer = Client(transport).get("/metrics")
    assert (answer.status, answer.headers["Content-Type"]) == (200, TEXT)
    assert answer.headers["X-Request-Id"]
    assert {"perch_build", "perch_timelines", "python_info", "process_open_fds"} & families(answer.body.decode()).keys()


@pytest.mark.parametrize("accept", [OPENMETRICS, SENT_BY_PROMETHEUS_3, "text/html, application/openmetrics-text;q=0.1"])
def test_openmetrics_is_sent_to_a_client_that_accepts_it(transport: Transport, accept: str) -> None:
    answer = Client(transport).get("/metrics", ("Accept", accept))
    assert (answer.status, answer.headers["Content-Type"]) == (200, OPENMETRICS_1)
    assert answer.body.endswith(b"# EOF\n")


@pytest.mark.parametrize("accept", ODD_ACCEPT)
def test_any_other_accept_header_is_answered_in_a_known_format(transport: Transport, accept: str) -> None:
    answer = Client(transport).get("/metrics", ("Accept", accept))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == (OPENMETRICS_1 if OPENMETRICS in accept else TEXT)


def test_a_head_has_no_body(transport: Transport) -> None:
    answer = Client(transport).send("HEAD", "/metrics")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, b"", TEXT)


def test_each_application_has_metrics_of_its_own() -> None:
    one, other = built(), built()
    Client(InProcess(one.app), "alice").publish()
    published = ("perch_tweets_published_total", {"mode": "push"})
    assert one.metrics.get_sample_value(*published) == 1
    assert other.metrics.get_sample_value(*published) == 0


def test_the_written_metrics_parse_to_the_collected_ones() -> None:
    perch = built(clock=ManualClock())
    client = Client(InProcess(perch.app), "alice")
    client.publish()
    client.get('/v1/users/"x\\y')
    written = client.get("/metrics", ("Accept", OPENMETRICS)).body.decode()
    read = {name: family for name, family in families(written, openmetrics=True).items() if name.startswith("perch_")}
    # A request is counted only after its answer is written.
    counted = {family.name: family for family in perch.metrics.collect() if family.name.startswith("perch_")}
    assert read.keys() == counted.keys()
    for name, family in counted.items():
        assert (read[name].type, read[name].documentation) == (family.type, family.documentation)
        if not name.startswith("perch_http"):
            assert values(read[name]) == values(family)


def values(family: Metric) -> dict[tuple[str, str], float]:
    """The samples by name and labels."""
    return {(sample.name, str(sorted(sample.labels.items()))): sample.value for sample in family.samples}


def test_names_types_and_texts_follow_the_conventions_of_prometheus() -> None:
    perch = built()
    Client(InProcess(perch.app)).get("/livez")
    for family in perch.metrics.collect():
        if not family.name.startswith("perch_"):
            continue
        assert re.fullmatch(r"perch(_[a-z]+)+", family.name)
        assert re.fullmatch(r"[A-Z].*\.", family.documentation), family.name
        assert family.type in {"counter", "gauge", "histogram", "info"}
        assert not re.search(r"_(total|count|sum|bucket|info|counter|gauge|histogram)$", family.name)
        assert not OTHER_UNITS.intersection(family.name.split("_"))
        assert ("_seconds" in family.name) == ("econds" in family.documentation), "the unit is in name and text"
        assert "_seconds" not in family.name or family.name.endswith("_seconds")
        assert family.type != "histogram" or family.name.endswith("_seconds")
        assert family.samples, family.name


def test_requests_cannot_multiply_the_values_of_labels() -> None:
    perch = built()
    for number in range(50):
        client = Client(InProcess(perch.app), f"user-{number}")
        client.publish(f"tweet {number}")
        client.get(f"/v1/tweets/{number}")
        client.get(f"/nowhere/{number}")
        client.send(f"BREW{number}", "/livez")
    series = [sample for family in perch.metrics.collect() for sample in family.samples if "_bucket" not in sample.name]
    assert len(series) < 100
