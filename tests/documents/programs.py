"""Programs that are not Python packages."""

import os
import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE_TOOLS = HERE / "node_modules" / ".bin"


def program(name: str, hint: str, folder: Path | None = None) -> str:
    """Where the program is. Without it the test is skipped, but fails in CI, which is to leave nothing out."""
    found = shutil.which(name, path=folder)
    if found is None:
        reason = f"{name} is not installed: {hint}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def node_tool(name: str) -> str:
    """A tool that package.json names."""
    program("node", "it comes with Node.js 20 or later")
    return program(name, "`make node-tools` does it, which needs npm", NODE_TOOLS)
