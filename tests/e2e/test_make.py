"""`make` installs what is needed and no more, and names missing programs.

A stand-in for Python only records what it would install; .ci/run installs for real.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY
from tests.documents.programs import program

DEPENDENCIES = ("setup.cfg", "pyproject.toml", "constraints.txt")
NODE_DEPENDENCIES = ("tests/documents/package.json", "tests/documents/package-lock.json")
FILES = ("Makefile", ".ci/venv", *DEPENDENCIES, *NODE_DEPENDENCIES)
STAND_IN = f"""#!/bin/sh
case $2 in
    venv) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    pip) echo "$6" >> installed && ! [ -e full ] ;;
    *) exec '{sys.executable}' -c 'import os, sys; exec(os.environ["BEFORE"]); exec(sys.argv.pop(1))' "$2" "$3" ;;
esac
"""
OLD_NODE = "#!/bin/sh\nexit 1\n"
RUN, ALL, DEV = ".venv/.run", ".venv/.all", ".venv/.dev"


def version(number: str) -> str:
    return f"sys.version = {number!r}; sys.version_info = ({number.replace('.', ', ')})"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "a clone"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / name)
    (tmp_path / "bin").mkdir()
    for name, script in {"python3": STAND_IN, "node": OLD_NODE}.items():
        path = tmp_path / "bin" / name
        path.write_text(script)
        path.chmod(0o755)
    return folder


def run_make(clone: Path, *arguments: str, before: str = "") -> "subprocess.CompletedProcess[str]":
    make = program("make", "it is Debian's package of this name")
    path = f"{clone.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "BEFORE": before}
    return subprocess.run(
        [make, *arguments], cwd=clone, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def installed(clone: Path, *arguments: str, before: str = "") -> list[str]:
    """The packages that this `make` installs."""
    log = clone / "installed"
    log.unlink(missing_ok=True)
    run = run_make(clone, *arguments, before=before)
    assert run.returncode == 0, run.stderr
    return log.read_text().split() if log.exists() else []


@pytest.mark.parametrize(
    ("arguments", "before", "said"),
    [
        ([RUN], version("3.10.13"), "Python 3.11 or newer, but python3 is Python 3.10.13. Point to another: make run"),
        ([RUN], "sys.modules['ensurepip'] = None", "apt install python3-venv"),
        ([RUN, "PYTHON=no-python"], "", "no-python is not installed. Perch needs Python 3.11 or newer"),
        (["postman"], "", "This needs Node.js 20 or newer with npm"),
        (["client-tools"], "", "This needs Node.js 20 or newer with npm"),
    ],
    ids=["old Python", "no ensurepip", "no Python", "old Node.js for postman", "old Node.js for the tools of clients"],
)
def test_a_missing_or_old_program_is_named(clone: Path, arguments: list[str], before: str, said: str) -> None:
    run = run_make(clone, *arguments, before=before)
    assert run.returncode != 0
    sentence, failed = run.stderr.splitlines()
    assert said in sentence
    assert failed.startswith("make: ***")
    assert not (clone / ".venv").exists()


def test_packages_to_run_and_to_develop_are_each_installed_once(clone: Path) -> None:
    assert installed(clone, RUN) == ["."]
    assert installed(clone, RUN) == []
    assert installed(clone, ALL) == [".[all]"]
    assert installed(clone, RUN, ALL) == []
    assert installed(clone, DEV) == [".[dev]"]
    assert installed(clone, RUN, ALL, DEV) == []


@pytest.mark.parametrize("name", DEPENDENCIES)
def test_changed_dependencies_are_installed(clone: Path, name: str) -> None:
    assert installed(clone, DEV) == [".[dev]"]
    stamp = (clone / DEV).stat().st_mtime
    os.utime(clone / name, (stamp + 1, stamp + 1))
    os.utime(clone / ".venv/.made", (0, 0))
    assert installed(clone, RUN) == ["."]
    assert (clone / ".venv/.made").stat().st_mtime == 0


def test_another_python_recreates_the_environment(clone: Path) -> None:
    installed(clone, DEV)
    assert installed(clone, RUN, before=version("3.12.1")) == ["."]
    assert not (clone / DEV).exists()


def test_another_folder_recreates_the_environment(clone: Path) -> None:
    installed(clone, DEV)
    moved = clone.rename(clone.parent / "moved")
    assert installed(moved, DEV) == [".[dev]"]


def test_an_interrupted_installation_is_repeated(clone: Path) -> None:
    installed(clone, RUN)
    (clone / "full").touch()
    assert run_make(clone, DEV).returncode != 0
    (clone / "full").unlink()
    assert installed(clone, DEV) == [".[dev]"]
    assert (clone / RUN).exists()
