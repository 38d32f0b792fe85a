"""The security page names existing settings and tests, and the limits of the code."""

import ast
import re
from math import prod

import pytest

from app.settings import Settings
from app.settings.groups import ServerSettings
from cluster.nginx_conf import CONFIGURATION
from cluster.perch_process import REPOSITORY
from infrastructure.http import jwks
from infrastructure.http.problems import MAX_BODY_BYTES
from infrastructure.http.reading import ERRORS_MAX, PARAMETERS_MAX
from infrastructure.http.schemas import LIMIT_MAX
from infrastructure.server.channel import DISCARDED_BYTES_MAX
from infrastructure.server.waitress_settings import BODY_BYTES_MAX, CONNECTIONS_MAX, HEADER_BYTES_MAX
from tests.security.test_every_route import PUBLIC

PAGE = (REPOSITORY / "docs" / "security.md").read_text()
RISKS = dict(re.findall(r"^\| (API\d+) .*? \| .* \| (.*) \|$", PAGE, re.MULTILINE))
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
SETTINGS = set(re.findall(r"`([A-Z]+_[A-Z_]+|HOST|PORT)(?:=\S+)?`", PAGE))
WORDS = " ".join(PAGE.split())
"""The page without its line breaks."""

KIB = 1024
SERVER = ServerSettings()
UNITS = {"KiB": KIB, "MiB": KIB**2}
MEASURED_OF_A_STREAM = 30 * KIB
IN_WORDS = {5: "five", 6: "six", 7: "seven"}


def of_nginx(directive: str) -> int:
    """The product of the numbers of the directive in docs/nginx.conf; a size is in KiB."""
    numbers = re.search(rf"^ *{directive} ([\dk ]+);", CONFIGURATION.read_text(), re.MULTILINE)
    assert numbers is not None
    return prod(int(number.rstrip("k")) for number in numbers[1].split())


LIMITS = [
    f"share {CONNECTIONS_MAX:,} connections, the `MAX_IN_FLIGHT` requests ({SERVER.max_in_flight} by default)",
    f"the `MAX_STREAMS` streams ({SERVER.max_streams} by default)",
    f"limits: bodies {MAX_BODY_BYTES // KIB} KiB (of a longer one at most {BODY_BYTES_MAX // KIB**2} MiB is kept),",
    f"headers {HEADER_BYTES_MAX // KIB} KiB, pages {LIMIT_MAX} entries,",
    f"queries {PARAMETERS_MAX} parameters, answers {ERRORS_MAX} errors",
    f"may have {jwks.BYTES_MAX // KIB} KiB and take {jwks.TIMEOUT_SECONDS:g} s; after a failure",
    f"Perch does not ask for {jwks.PAUSE_SECONDS:g} s",
    f"gateway**: bodies to {of_nginx('client_max_body_size')} KiB,",
    f"headers to {of_nginx('large_client_header_buffers')} KiB, slow clients",
    f"(nginx.conf: {of_nginx('limit_conn listeners')})",
    f"all other routes except {IN_WORDS[len(PUBLIC)]} public reads require a caller",
]


def test_the_gateway_and_perch_take_bodies_of_the_same_size() -> None:
    assert of_nginx("client_max_body_size") * KIB == MAX_BODY_BYTES


@pytest.mark.parametrize("name", ["security.md", "operations.md"])
def test_every_size_on_a_page_is_a_limit_or_measured(name: str) -> None:
    page = (REPOSITORY / "docs" / name).read_text()
    sizes = {int(number) * UNITS[unit] for number, unit in re.findall(r"\b(\d+) ([KM]iB)\b", page)}
    limits = {MAX_BODY_BYTES, BODY_BYTES_MAX, HEADER_BYTES_MAX, DISCARDED_BYTES_MAX, jwks.BYTES_MAX}
    assert sizes <= limits | {of_nginx("large_client_header_buffers") * KIB, MEASURED_OF_A_STREAM}


def test_every_owasp_risk_has_tests() -> None:
    assert list(RISKS) == [f"API{number}" for number in range(1, 11)]
    assert all("::test_" in tests for tests in RISKS.values())


@pytest.mark.parametrize(("path", "name"), NAMED, ids="::".join)
def test_every_named_test_exists(path: str, name: str) -> None:
    tree = ast.parse((REPOSITORY / path).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_named_setting_exists() -> None:
    assert SETTINGS
    assert set(Settings.names()) >= SETTINGS


@pytest.mark.parametrize("limit", LIMITS)
def test_its_limits_are_those_of_the_code(limit: str) -> None:
    assert limit in WORDS


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_the_page_is_linked(page: str) -> None:
    assert "security.md)" in (REPOSITORY / page).read_text()
