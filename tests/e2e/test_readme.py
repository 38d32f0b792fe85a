"""The commands of the README, run in order against a new service, print what the README shows."""

import re
import subprocess
from collections.abc import Iterator

from cluster.perch_process import REPOSITORY
from tests.documents.programs import program
from tests.e2e.conftest import StartPerch

CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
URL_IN_README = "http://127.0.0.1:8080"
COMMAND_SECONDS = 30


def test_every_command_prints_what_the_readme_shows(start_perch: StartPerch) -> None:
    program("curl", "it is Debian's package of this name")
    url = start_perch().url
    commands = list(commands_and_outputs((REPOSITORY / "README.md").read_text()))
    assert len(commands) >= 10
    for command, said in commands:
        assert URL_IN_README in command
        shell = ["bash", "-c", command.replace(URL_IN_README, url)]
        run = subprocess.run(shell, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True)
        given = run.stdout.replace("\r", "").strip()
        assert matches(said.strip(), given), f"{command}\nsays:  {said}\ngives: {given}"


def commands_and_outputs(text: str) -> Iterator[tuple[str, str]]:
    for block in CONSOLE.findall(text):
        for example in block.split("$ ")[1:]:
            command, _, output = example.partition("\n")
            yield command, output


def matches(said: str, given: str) -> bool:
    """True if both are equal, where … stands for any text."""
    pattern = ".*".join(re.escape(part) for part in said.split("…"))
    return re.fullmatch(pattern, given, re.DOTALL) is not None
