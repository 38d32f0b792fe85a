"""The queries of deploy/alerts.yaml and deploy/grafana.json, and the metrics and labels that they name."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from cluster.perch_process import REPOSITORY

RULES = REPOSITORY / "deploy/alerts.yaml"
BOARD = REPOSITORY / "deploy/grafana.json"

KEYWORDS = {"and", "or", "unless", "offset", "bool", "by", "without", "on", "ignoring"}
SELECTOR = re.compile(r"([a-zA-Z_:]\w*)\{([^{}]*)\}")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^()]*)\)")
NAME = re.compile(r"\b([a-zA-Z_:][\w:]*)\b(?!\s*\()")
VARIABLES = {"$job": "perch", "$instance": ".*", "$__rate_interval": "1m"}
"""The variables of the board, with values that choose all processes."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """An expression, and the labels that its texts show."""

    where: str
    expression: str
    shown: frozenset[str]

    @property
    def selected(self) -> dict[str, set[str]]:
        """The metrics that it reads, each with the labels by which it chooses series."""
        rest = GROUPING.sub("", self.expression)
        found: dict[str, set[str]] = {}
        for metric, matchers in SELECTOR.findall(rest):
            found.setdefault(metric, set()).update(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
        rest = re.sub(r"\[.*?\]", "", SELECTOR.sub(" ", rest))
        for metric in set(NAME.findall(rest)) - KEYWORDS:
            found.setdefault(metric, set())
        return found

    @property
    def grouped(self) -> set[str]:
        """The labels by which it groups."""
        return {label.strip() for labels in GROUPING.findall(self.expression) for label in labels.split(",")}

    @property
    def aggregates(self) -> bool:
        """True if its results have no other labels than those by which it groups."""
        return re.match(r"(sum|max|count|absent|histogram_quantile)\b", self.expression) is not None


def alerts() -> list[Document]:
    """The rules, in their order."""
    [group] = yaml.safe_load(RULES.read_text())["groups"]
    rules: list[Document] = group["rules"]
    return rules


def panels() -> list[Document]:
    """The panels of the board that show something."""
    return [each for each in json.loads(BOARD.read_text())["panels"] if each["type"] != "row"]


def of_alerts() -> Iterator[Query]:
    for rule in alerts():
        texts = " ".join(rule["annotations"].values())
        yield Query(rule["alert"], rule["expr"], frozenset(re.findall(r"\$labels\.(\w+)", texts)))


def of_board() -> Iterator[Query]:
    for panel in panels():
        for target in panel["targets"]:
            expression = target["expr"]
            for variable, value in VARIABLES.items():
                expression = expression.replace(variable, value)
            yield Query(panel["title"], expression, frozenset(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])))
