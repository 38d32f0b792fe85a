"""Runs the steps of deploy/Dockerfile without Docker, in folders: `python -m tests.deploy.image BASE FOLDER`, as root.

BASE has a system with Python, as the image of FROM has one:
`debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm BASE`.
At the end the image is started on a read-only root, and its health check is run.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from cluster.perch_process import REPOSITORY
from tests.deploy.dockerfile import Instruction, health_check, image_variables, instructions, last, variables

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
NETWORK = ["/etc/resolv.conf", "/etc/ssl/certs"]
"""What a step needs of this machine to reach a package index."""

START_SECONDS = 30.0
MIB = 1024 * 1024


class Stage:
    """One stage of the build: a folder that is the root of its steps."""

    def __init__(self, root: Path, base: Path, stages: dict[str, "Stage"]) -> None:
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", base, root], check=True)  # noqa: S607 - of any system
        self.root = root
        self._stages = stages
        self._folder = "/"
        self._variables = {
            "PATH": PATH,
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        }
        python = root / "usr/local/bin/python"
        python.symlink_to("/usr/bin/python3")

    def step(self, instruction: Instruction) -> None:
        """Does what changes files; the rest is for those who run the image."""
        steps = {"RUN": self._run, "COPY": self._copy, "WORKDIR": self._work_in, "ENV": self._set}
        steps.get(instruction.name, lambda _: None)(instruction)

    def _run(self, instruction: Instruction) -> None:
        self.chroot(["sh", "-c", instruction.text])

    def _copy(self, instruction: Instruction) -> None:
        *sources, target = instruction.words()
        came_from = instruction.options.get("from")
        origin = self._stages[came_from].root if came_from else REPOSITORY
        to = self._inside(target)
        to.mkdir(parents=True, exist_ok=True)
        for source in sources:
            path = origin / source.lstrip("/")
            # As Docker does it: of a folder, what is in it.
            subprocess.run(["cp", "-a", f"{path}/." if path.is_dir() else path, to], check=True)  # noqa: S607

    def _work_in(self, instruction: Instruction) -> None:
        self._folder = instruction.text
        self._inside(".").mkdir(parents=True, exist_ok=True)

    def _set(self, instruction: Instruction) -> None:
        self._variables |= variables(instruction, self._variables)

    def _inside(self, path: str) -> Path:
        return self.root / str(Path(self._folder) / path).lstrip("/")

    def chroot(self, command: list[str]) -> None:
        """Runs a command in the stage; raises `CalledProcessError` if it fails."""
        script = 'cd "$0" && exec "$@"'
        subprocess.run(
            ["chroot", self.root, "sh", "-c", script, self._folder, *command],  # noqa: S607
            env=self._variables,
            check=True,
        )


def build(base: Path, folder: Path) -> Path:
    """Runs all steps in the folder, and returns the root of the image."""
    stages: dict[str, Stage] = {}
    current = None
    for each in instructions():
        print(each.name, each.text, flush=True)
        if each.name == "FROM":
            name = each.text.partition(" AS ")[2] or "image"
            current = stages[name] = Stage(folder / name, base, stages)
        elif current is not None:
            current.step(each)
    return stages["image"].root


def run(root: Path) -> float:
    """Starts the image on a read-only root as its user; returns after how many seconds its health check succeeded."""
    work = last("WORKDIR").text
    user, group = last("USER").text.split(":")
    mounts = f'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount --bind "$0.data" "$0{work}"'
    (root.parent / f"{root.name}.data").mkdir(exist_ok=True)
    shutil.chown(root.parent / f"{root.name}.data", int(user), int(group))
    enter = ["/usr/sbin/chroot", f"--userspec={user}:{group}", str(root)]
    command = [*last("ENTRYPOINT").words(), *last("CMD").words()]
    script = f'{mounts} && exec "$@"'
    inside = ["sh", "-c", f'cd {work} && exec "$@"', "-"]
    started_at = time.monotonic()
    with subprocess.Popen(
        ["/usr/bin/unshare", "--mount", "sh", "-c", script, root, *enter, *inside, *command],
        env=image_variables(),
    ) as process:
        try:
            while subprocess.run(
                [*enter, *health_check()], env=image_variables(), stderr=subprocess.DEVNULL, check=False
            ).returncode:
                assert process.poll() is None, "the image does not start"
                assert time.monotonic() < started_at + START_SECONDS, "the image is not well"
            return time.monotonic() - started_at
        finally:
            process.terminate()
            print("ended with status", process.wait())


def size(folder: Path) -> float:
    """MiB of the files below."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / MIB


def main(base: Path, folder: Path) -> None:
    """Builds, runs, and says how large what was added is."""
    for path in NETWORK:
        to = base / path.lstrip("/")
        shutil.rmtree(to, ignore_errors=True) if to.is_dir() else to.unlink(missing_ok=True)
        subprocess.run(["cp", "-aL", path, to], check=True)  # noqa: S607
    root = build(base, folder)
    print(f"well after {run(root):.1f} s; /opt/perch has {size(root / 'opt/perch'):.0f} MiB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
