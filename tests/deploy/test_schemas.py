"""The files in deploy/ are what Docker, Compose, Kubernetes and systemd take."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from cluster.nginx_conf import CONFIGURATION
from cluster.perch_process import REPOSITORY
from tests.deploy.deployed import BIN, KUBERNETES, PROFILES, UNITS, Document, compose, manifests, unit
from tests.deploy.dockerfile import DOCKERFILE, instructions
from tests.documents.programs import program

PROGRAM_SECONDS = 60.0
EXPOSURE_MAX = 2.0
"""The highest exposure, of 10, that systemd-analyze calls OK."""

OLDEST_KUBERNETES = "1.27"


def output(*command: str | Path) -> str:
    """What a program says, which must succeed."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    assert output(BIN / "hadolint", "--no-color", DOCKERFILE) == ""


def test_the_image_has_the_packages_that_are_installed_and_no_more() -> None:
    packages = ConfigParser()
    packages.read(REPOSITORY / "setup.cfg")
    included = {each.rstrip("*") for each in packages["options.packages.find"]["include"].split()}
    copied = {word for each in instructions() if each.name == "COPY" for word in each.words()[:-1] if not each.options}
    assert {name for name in copied if (REPOSITORY / name).is_dir()} == included
    sent = {
        line.removeprefix("!") for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    assert sent == copied


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_compose_takes_its_file_without_a_warning(profile: Path) -> None:
    run = compose(profile, "config", "--quiet")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_nginx_in_compose_differs_from_the_documented_one_in_the_address_alone() -> None:
    command = yaml.safe_load((REPOSITORY / "deploy/compose.yaml").read_text())["services"]["nginx"]["command"][-1]
    edit = re.search(r"sed '(.*?)'", command)
    assert edit
    text = CONFIGURATION.read_text()
    assert "127.0.0.1:8080" in text
    assert output("sed", edit[1], CONFIGURATION) == text.replace("127.0.0.1:8080", "serve:8080")


@pytest.mark.parametrize("version", [OLDEST_KUBERNETES, kubernetes_validate.latest_version()])
@pytest.mark.parametrize("manifest", manifests(), ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_kubernetes_takes_each_object(manifest: Document, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_every_manifest_is_applied_but_for_the_example() -> None:
    files = {path.name for path in KUBERNETES.iterdir()}
    applied = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"]
    assert sorted(applied) == sorted(files - {"kustomization.yaml", "secret.example.yaml"})


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_starts_each_unit_again_as_often_as_it_takes(path: Path) -> None:
    options = unit(path)
    # By default it gives up after five starts in ten seconds, and a start fails at once while PostgreSQL is away.
    assert options["StartLimitIntervalSec"] == "0"
    assert options["Restart"] == "on-failure"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_takes_each_unit_and_calls_it_well_confined(path: Path, tmp_path: Path) -> None:
    systemd_analyze = program("systemd-analyze", "it is of Debian's package systemd")
    # A program that is not there would be a fault of the unit.
    here = tmp_path / path.name.replace("@", "@8081")
    shutil.copy(path, here)
    here.write_text(here.read_text().replace("/opt/perch/bin", str(BIN)))
    assert output(systemd_analyze, "verify", here) == ""
    exposure = re.search(
        r"exposure level for \S+: ([\d.]+)", output(systemd_analyze, "security", "--offline=true", here)
    )
    assert exposure
    assert float(exposure[1]) <= EXPOSURE_MAX
