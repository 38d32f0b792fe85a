"""Programs that are not Python packages."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"
NODE_TOOLS = NODE_MODULES / ".bin"
CLIENTS = HERE / "clients"
CLIENT_TOOLS = HERE.parents[1] / ".venv/clients/bin"
CLIENTS_HINT = "`make client-tools` does it"
NPM_HINT = f"{CLIENTS_HINT}, which needs npm"


def program(name: str, hint: str, folder: Path | None = None) -> str:
    """The path of the program. Without it the test is skipped, but fails in CI, which must run every test."""
    found = shutil.which(name, path=folder)
    if found is None:
        _go_without(name, hint)
    return found


def _go_without(name: str, hint: str) -> NoReturn:
    reason = f"{name} is not installed: {hint}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def node_tool(name: str) -> str:
    """A tool that package.json names."""
    program("node", "it comes with Node.js 20 or later")
    return program(name, NPM_HINT, NODE_TOOLS)


def node_file(path: str) -> Path:
    """A file of a package that package.json names."""
    if not (NODE_MODULES / path).is_file():
        _go_without(path, NPM_HINT)
    return NODE_MODULES / path


def client_tool(name: str) -> str:
    """A program of the environment in which clients run."""
    return program(name, CLIENTS_HINT, CLIENT_TOOLS)
