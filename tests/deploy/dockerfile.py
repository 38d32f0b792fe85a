"""Reading deploy/Dockerfile."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cluster.perch_process import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    """One instruction, with its options (`--from=build`) apart."""

    name: str
    options: Mapping[str, str]
    text: str

    def words(self) -> list[str]:
        """The arguments: of the form in JSON, or what stands between blanks."""
        words: list[str] = json.loads(self.text) if self.text.startswith("[") else self.text.split()
        return words


def instructions(path: Path = DOCKERFILE) -> list[Instruction]:
    """All instructions, in their order; comments are left out, and lines that go on are joined."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [_instruction(line) for line in joined]


def _instruction(line: str) -> Instruction:
    name, _, rest = line.partition(" ")
    options: dict[str, str] = {}
    while match := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
        options[match[1]] = match[2]
        rest = rest[match.end() :]
    return Instruction(name, options, re.sub(r"\s+", " ", rest.strip()))


def last(name: str) -> Instruction:
    """The instruction of this name that holds for the image."""
    return [each for each in instructions() if each.name == name][-1]


def variables(instruction: Instruction, known: Mapping[str, str]) -> dict[str, str]:
    """What an ENV sets; `$NAME` stands for what is known."""
    pairs = (word.partition("=") for word in shlex.split(instruction.text))
    return {name: re.sub(r"\$(\w+)", lambda match: known.get(match[1], ""), value) for name, _, value in pairs}


def image_variables() -> dict[str, str]:
    """The environment of processes in the image."""
    final = instructions()[max(i for i, each in enumerate(instructions()) if each.name == "FROM") :]
    found: dict[str, str] = {}
    for each in final:
        if each.name == "ENV":
            found |= variables(each, {"PATH": "/usr/local/bin:/usr/bin:/bin", **found})
    return found


def health_check() -> list[str]:
    """The command that says whether the service is well."""
    command: list[str] = json.loads(last("HEALTHCHECK").text.removeprefix("CMD "))
    return command
