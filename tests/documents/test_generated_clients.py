"""Clients that are generated from `/openapi.json` of a service work with this service."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cluster.perch_process import environment, running_perch
from tests.documents.programs import CLIENT_TOOLS, CLIENTS, NODE_MODULES, client_tool, node_tool

SECONDS_MAX = 120.0

Command = Sequence[str | Path]
Generate = Callable[[str, Path], Command]


def run(command: Command, folder: Path) -> str:
    """Runs it in the folder, whose packages it can import; returns what it prints."""
    path = os.pathsep.join([str(CLIENT_TOOLS), os.environ["PATH"]])
    settings = environment({"PATH": path, "PYTHONPATH": str(folder)})
    done = subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def openapi_typescript(document: str, folder: Path) -> Command:
    tsc = node_tool("tsc")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(CLIENTS / "by_openapi_typescript.ts", folder)
    run([node_tool("openapi-typescript"), document, "--output", "perch.d.ts"], folder)
    run([tsc, "--strict", "--module", "nodenext", "--types", "node", "by_openapi_typescript.ts"], folder)
    return ["node", "by_openapi_typescript.js"]


def openapi_generator(document: str, folder: Path) -> Command:
    run([client_tool("openapi-generator-cli"), "generate", "-g", "python", "-i", document, "-o", "."], folder)
    return [client_tool("python"), CLIENTS / "by_openapi_generator.py"]


def openapi_python_client(document: str, folder: Path) -> Command:
    generator = client_tool("openapi-python-client")
    run([generator, "generate", "--url", document, "--meta", "none", "--output-path", "perch_client"], folder)
    return [client_tool("python"), CLIENTS / "by_openapi_python_client.py"]


@pytest.mark.parametrize(
    "generate", [openapi_typescript, openapi_generator, openapi_python_client], ids=lambda generate: generate.__name__
)
def test_a_generated_client_publishes_follows_and_reads(generate: Generate, tmp_path: Path) -> None:
    """Each program publishes five texts as Alice, and as Bob, who follows her, reads pages of two."""
    with running_perch(tmp_path) as perch:
        command = generate(f"{perch.url}/openapi.json", tmp_path)
        said = json.loads(run([*command, perch.url], tmp_path))
    assert [text for _, text in said["published"]] == [f"number {number}" for number in range(5)]
    newest_first = said["published"][::-1]
    assert said["pages"] == [newest_first[:2], newest_first[2:4], newest_first[4:]]
    assert said["relationships"] == [
        {"id": "alice", "following": True, "followed_by": False},
        {"id": "carol", "following": False, "followed_by": False},
    ]
