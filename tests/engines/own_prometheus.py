"""A Prometheus of the tests' own, with the rules of deploy/alerts.yaml."""

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import yaml

from cluster.engines.own_engine import SECONDS, OwnEngine, status_at
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.processes import Processes
from cluster.perch_process import PerchProcess

SCRAPE_INTERVAL = "200ms"

Series = Mapping[str, Any]


class OwnPrometheus(OwnEngine):
    """Scrapes processes as the job `perch`, by the lines of deploy/README.md."""

    def __init__(
        self, program: str, configuration: dict[str, Any], rules: str, targets: Sequence[PerchProcess]
    ) -> None:
        """`configuration` is that of the lines, to which the targets are added; `rules` are those that it names."""
        self._program = program
        self._reserved = [ReservedPort()]
        self._processes = Processes("prometheus")
        [job] = configuration["scrape_configs"]
        job["scrape_interval"] = SCRAPE_INTERVAL
        job["static_configs"] = [{"targets": [f"{LOCALHOST}:{each.port}" for each in targets]}]
        configuration["global"] = {"evaluation_interval": SCRAPE_INTERVAL}
        [name] = configuration["rule_files"]
        (self._processes.folder / name).write_text(rules)
        (self._processes.folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        self._begin(self.start)

    def start(self) -> None:
        port = self._reserved[0].number
        self._processes.start_and_wait(
            lambda: status_at(port, "/-/ready") == 200,
            self._program,
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address={LOCALHOST}:{port}",
        )

    def query(self, expression: str) -> Sequence[Series]:
        """The series of the result now; raises `AssertionError` for an error or a warning."""
        answer = self._ask(f"/api/v1/query?{urlencode({'query': expression})}")
        assert answer["status"] == "success", answer
        assert "warnings" not in answer, answer
        series: Sequence[Series] = answer["data"]["result"]
        return series

    def alerts(self) -> set[str]:
        """The names of the alerts that fire, or will if it stays as it is."""
        return {each["labels"]["alertname"] for each in self._ask("/api/v1/alerts")["data"]["alerts"]}

    def _ask(self, path: str) -> dict[str, Any]:
        connection = HTTPConnection(LOCALHOST, self._reserved[0].number, timeout=SECONDS)
        try:
            connection.request("GET", path)
            answer: dict[str, Any] = json.load(connection.getresponse())
        finally:
            connection.close()
        return answer
