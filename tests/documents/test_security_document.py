"""The security page names settings and tests that there are."""

import ast
import re
from dataclasses import fields

import pytest

from app.config import Settings
from tests.e2e.perch_process import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text()
RISKS = dict(re.findall(r"^\| (API\d+) .*? \| .* \| (.*) \|$", PAGE, re.MULTILINE))
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
SETTINGS = set(re.findall(r"`([A-Z]+_[A-Z_]+|HOST|PORT)(?:=\S+)?`", PAGE))


def test_every_risk_of_the_list_has_tests() -> None:
    assert list(RISKS) == [f"API{number}" for number in range(1, 11)]
    assert all("::test_" in tests for tests in RISKS.values())


@pytest.mark.parametrize(("path", "name"), NAMED, ids="::".join)
def test_every_test_that_it_names_is_there(path: str, name: str) -> None:
    tree = ast.parse((REPOSITORY / path).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_setting_that_it_names_is_one() -> None:
    assert SETTINGS
    assert {field.name.upper() for field in fields(Settings)} >= SETTINGS


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_it_is_found(page: str) -> None:
    assert "security.md)" in (REPOSITORY / page).read_text()
