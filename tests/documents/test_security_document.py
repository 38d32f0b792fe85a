"""The security page names existing settings and tests, and the limits of the code."""

import ast
import re

import pytest

from app.settings import Settings
from app.settings.groups import ServerSettings
from infrastructure.http import jwks
from infrastructure.http.problems import MAX_BODY_BYTES
from infrastructure.http.reading import ERRORS_MAX, PARAMETERS_MAX
from infrastructure.http.schemas import LIMIT_MAX
from infrastructure.server.waitress_settings import CONNECTIONS_MAX, HEADER_BYTES_MAX
from tests.e2e.perch_process import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text()
RISKS = dict(re.findall(r"^\| (API\d+) .*? \| .* \| (.*) \|$", PAGE, re.MULTILINE))
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
SETTINGS = set(re.findall(r"`([A-Z]+_[A-Z_]+|HOST|PORT)(?:=\S+)?`", PAGE))
WORDS = " ".join(PAGE.split())
"""The page without its line breaks."""

KIB = 1024
SERVER = ServerSettings()
LIMITS = [
    f"share {CONNECTIONS_MAX:,} connections, the `MAX_IN_FLIGHT` requests ({SERVER.max_in_flight} by default)",
    f"the `MAX_STREAMS` streams ({SERVER.max_streams} by default)",
    f"limits: bodies {MAX_BODY_BYTES // KIB} KiB, headers {HEADER_BYTES_MAX // KIB} KiB, pages {LIMIT_MAX} entries,",
    f"queries {PARAMETERS_MAX} parameters, answers {ERRORS_MAX} errors",
    f"may have {jwks.BYTES_MAX // KIB} KiB and take {jwks.TIMEOUT_SECONDS:g} s; after a failure",
    f"Perch does not ask for {jwks.PAUSE_SECONDS:g} s",
    f"**Limit at the gateway**: bodies to {MAX_BODY_BYTES // KIB} KiB",
]


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
