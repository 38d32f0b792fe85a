"""The processes of Perch that the files in deploy/ start: their commands and their environments."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cluster.perch_process import environment
from tests.deploy.dockerfile import DEPLOY, image_variables, last

BIN = Path(sys.executable).parent
KUBERNETES = DEPLOY / "kubernetes"
PROFILES = sorted((DEPLOY / "profiles").glob("*.env"))
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE_SECONDS = 60.0

Document = dict[str, Any]


@dataclass(frozen=True)
class Deployed:
    """One process of Perch."""

    source: str
    command: Sequence[str]
    environment: Mapping[str, str]

    @property
    def role(self) -> str:
        return self.command[-1]


def compose(profile: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs `docker compose` with a profile, and with a password."""
    command: list[str | Path] = [
        BIN / "docker-compose",
        "--file",
        DEPLOY / "compose.yaml",
        "--env-file",
        profile,
        *arguments,
    ]
    return subprocess.run(
        command,
        env=environment({"POSTGRES_PASSWORD": "password"}),
        capture_output=True,
        text=True,
        timeout=COMPOSE_SECONDS,
        check=False,
    )


def services(profile: Path) -> dict[str, Document]:
    """The services that start with a profile."""
    found: dict[str, Document] = json.loads(compose(profile, "config", "--format=json").stdout)["services"]
    return found


def manifests() -> list[Document]:
    """All objects for Kubernetes, the example of the Secret too."""
    paths = [path for path in sorted(KUBERNETES.glob("*.yaml")) if path.name != "kustomization.yaml"]
    return [document for path in paths for document in yaml.safe_load_all(path.read_text())]


def of_kind(kind: str) -> list[Document]:
    return [each for each in manifests() if each["kind"] == kind]


def unit(path: Path) -> dict[str, str]:
    """What a unit says last about each of its options; %i, its instance, is 0."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text().replace("%i", "0"))
    return {name: value for section in parser.sections() for name, value in parser[section].items()}


def seconds(text: str) -> float:
    """The length of a time like 20s or 1m0s, or of a number of seconds."""
    minutes, _, rest = text.rpartition("m")
    return 60 * float(minutes or 0) + float(rest.removesuffix("s"))


def deployed() -> list[Deployed]:
    """Every process in every file."""
    return [*_in_compose(), *_in_kubernetes(), *_in_systemd()]


def _in_image(source: str, arguments: Sequence[str], variables: Mapping[str, str]) -> Deployed:
    return Deployed(source, [*last("ENTRYPOINT").words(), *arguments], {**image_variables(), **variables})


def _in_compose() -> Iterator[Deployed]:
    for profile in PROFILES:
        for name, service in services(profile).items():
            if service["image"] == "perch":
                given = {each: value for each, value in service["environment"].items() if value is not None}
                yield _in_image(f"compose {profile.stem} {name}", service["command"], given)


def _in_kubernetes() -> Iterator[Deployed]:
    [settings], [secret] = of_kind("ConfigMap"), of_kind("Secret")
    for each in [*of_kind("Deployment"), *of_kind("Job")]:
        [container] = each["spec"]["template"]["spec"]["containers"]
        variables = {**settings["data"], **secret["stringData"]}
        yield _in_image(f"kubernetes {each['metadata']['name']}", container["args"], variables)


def _in_systemd() -> Iterator[Deployed]:
    for path in UNITS:
        options = unit(path)
        variables = dict(pair.split("=") for pair in options["Environment"].split())
        yield Deployed(f"systemd {path.stem}", options["ExecStart"].split(), variables)
