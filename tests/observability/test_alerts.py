"""The rules are what Prometheus takes, their unit tests pass and could fail, and the docs have them."""

import re
from pathlib import Path

import pytest
import yaml

from cluster.perch_process import REPOSITORY
from tests.documents.document import DOCS
from tests.observability.prometheus import promtool
from tests.observability.queries import RULES, Document, alerts

UNIT_TESTS = Path(__file__).parent / "alerts_test.yaml"
NEVER, ALWAYS = "vector(0) == 1", "vector(1)"


def test_promtool_takes_the_rules() -> None:
    run = promtool("check", "rules", RULES)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"SUCCESS: {len(alerts())} rules found" in run.stdout


def test_the_unit_tests_pass() -> None:
    run = promtool("test", "rules", UNIT_TESTS)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_unit_tests_show_each_alert_firing_and_silent() -> None:
    groups = {group["name"]: group["promql_expr_test"] for group in yaml.safe_load(UNIT_TESTS.read_text())["tests"]}
    names = [rule["alert"] for rule in alerts()]
    assert list(groups) == [f"{name} {what}" for name in names for what in ("fires", "is silent")]
    for name in names:
        [fires], [silent] = groups[f"{name} fires"], groups[f"{name} is silent"]
        assert f'alertname="{name}"' in fires["exp_samples"][0]["labels"]
        assert silent["exp_samples"] == []


@pytest.mark.parametrize(("expression", "what", "found"), [(NEVER, "fires", "exp"), (ALWAYS, "is silent", "got")])
def test_the_unit_tests_find_each_rule_that_never_fires_or_always_does(
    expression: str, what: str, found: str, tmp_path: Path
) -> None:
    rules = [{**rule, "expr": expression} for rule in alerts()]
    (tmp_path / "alerts.yaml").write_text(yaml.safe_dump({"groups": [{"name": "perch", "rules": rules}]}))
    tests = yaml.safe_load(UNIT_TESTS.read_text())
    tests["rule_files"] = ["alerts.yaml"]
    tests["tests"] = [_alone(group) for group in tests["tests"] if group["name"].endswith(what)]
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(tests))
    run = promtool("test", "rules", tmp_path / "tests.yaml")
    assert run.returncode == 1
    failed = re.findall(rf'{found}:? *{{alertname="(\w+)"', run.stdout + run.stderr)
    assert sorted(failed) == sorted(rule["alert"] for rule in rules)


def _alone(group: Document) -> Document:
    """The group of tests, about its own alert alone."""
    [test] = group["promql_expr_test"]
    name = group["name"].partition(" ")[0]
    expression = test["expr"].replace("{", f'{{alertname="{name}", ')
    return {**group, "promql_expr_test": [{**test, "expr": expression}]}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_each_alert_says_what_it_is_how_bad_and_what_to_do(rule: Document) -> None:
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["labels"]["severity"] in ("critical", "warning")
    page, _, heading = rule["annotations"]["runbook_url"].partition("#")
    assert heading == rule["alert"].lower()
    assert f"\n### {rule['alert']}\n" in (REPOSITORY / page).read_text()


def test_the_runbook_has_no_alert_that_is_gone() -> None:
    lines = (DOCS / "runbook.md").read_text().splitlines()
    headings = [line.removeprefix("### ") for line in lines if line.startswith("### Perch")]
    assert headings == [rule["alert"] for rule in alerts()]


def test_the_guide_has_the_expressions_of_the_rules() -> None:
    section = (DOCS / "operations.md").read_text().partition("## Metrics\n")[2].partition("\n## ")[0]
    missing = [rule["expr"] for rule in alerts() if f"`{rule['expr']}`" not in section]
    assert missing == []
