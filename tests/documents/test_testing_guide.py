"""The tests in the testing guide pass as they are printed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.perch_process import REPOSITORY

BLOCKS = re.findall(r"```python\n(.*?)```", (REPOSITORY / "docs/testing.md").read_text(), re.DOTALL)
SECONDS_MAX = 60


def test_the_guide_has_two_tests() -> None:
    assert len(BLOCKS) == 2


@pytest.mark.parametrize("block", BLOCKS, ids=["in process", "on a free port"])
def test_each_test_of_the_guide_passes(tmp_path: Path, block: str) -> None:
    (tmp_path / "test_guide.py").write_text(block)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_guide.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout
