"""Services on SQLite files, and commands that are refused."""

import json
import re
from pathlib import Path

from cluster.perch_process import SETTINGS, START_SECONDS, PerchProcess, run_app

BAD_STATUS = 2


def url(path: Path | str) -> str:
    return f"sqlite:///{path}"


def publish(perch: PerchProcess, author: str = "ann") -> int:
    status, body = perch.call("POST", "/v1/tweets", author, b'{"text": "hello"}')
    assert status == 201
    return int(json.loads(body)["id"])


def assert_refused(command: list[object], why: str, **settings: str) -> None:
    """It ends with status 2 and one sentence."""
    outcome = run_app(*command, seconds=START_SECONDS, **(SETTINGS | settings))
    assert outcome.returncode == BAD_STATUS, outcome.stderr
    assert outcome.stdout == ""
    assert re.fullmatch(rf"[^\n]*{why}[^\n]*\.\n", outcome.stderr), outcome.stderr
