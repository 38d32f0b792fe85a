"""The tests in the testing guide pass as they are printed, in a project that has its own `app`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY, environment
from tests.documents.programs import program

GUIDE = (REPOSITORY / "docs/testing.md").read_text()
SECONDS_MAX = 60


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text("raise ImportError('another app')\n")
    return tmp_path


def run_guide(project: Path, language: str, name: str, command: list[str]) -> str:
    """Runs the block in this language as the file of this name; returns what the runner prints."""
    program("python", "`make run` makes it", REPOSITORY / ".venv/bin")
    [block] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    (project / name).write_text(block)
    settings = environment({"PERCH_HOME": str(REPOSITORY), "PYTHONPATH": str(project)})
    run = subprocess.run(
        [*command, name], cwd=project, env=settings, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_the_test_in_python_passes(project: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    assert "1 passed" in run_guide(project, "python", "test_guide.py", command)


def test_the_test_in_javascript_passes(project: Path) -> None:
    node = program("node", "it comes with Node.js 20 or later")
    assert "pass 1" in run_guide(project, "js", "guide.test.mjs", [node, "--test"])
