"""The jars of engines that are written in Java: fetched by Maven into a cache, which all clones of Perch share."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FETCH_SECONDS = 600.0

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>perch</groupId><artifactId>engines</artifactId><version>1</version>
<dependencies>{dependencies}</dependencies></project>
"""

DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"


def cache() -> Path:
    """The folder of all engines; `PERCH_ENGINES` names another one."""
    return Path(os.environ.get("PERCH_ENGINES") or Path.home() / ".cache" / "perch-engines")


@dataclass(frozen=True, slots=True)
class Jars:
    """The jars of one engine and of all that it needs; `artifact` is group:artifact:version, as Maven has it."""

    name: str
    artifact: str
    more: tuple[str, ...] = ()
    """What the engine needs but does not name."""

    @property
    def folder(self) -> Path:
        return cache() / f"{self.name}-{self.artifact.rpartition(':')[2]}"

    @property
    def missing(self) -> str | None:
        """Why the engine cannot run; None if it can."""
        if shutil.which("java") is None:
            return f"{self.name} needs Java: it is Debian's package default-jre-headless"
        return None if self.folder.is_dir() else f"{self.name} is not fetched: `make engines` does that"

    def fetch(self) -> None:
        """Fetches what is not there yet, whole or not at all."""
        if self.folder.is_dir():
            return
        maven = shutil.which("mvn")
        if maven is None:
            raise SystemExit("Maven is not installed: it is Debian's package maven")
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as made:
            dependencies = "".join(DEPENDENCY.format(*each.split(":")) for each in (self.artifact, *self.more))
            Path(made, "pom.xml").write_text(POM.format(dependencies=dependencies))
            subprocess.run(
                [maven, "--quiet", "--batch-mode", "dependency:copy-dependencies", "-DoutputDirectory=jars"],
                cwd=made,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
                timeout=FETCH_SECONDS,
                check=True,
            )
            try:
                Path(made, "jars").rename(self.folder)
            except OSError:
                if not self.folder.is_dir():  # somebody else was faster
                    raise


CASSANDRA = Jars("cassandra", "org.apache.cassandra:cassandra-all:5.0.5")
ELASTICMQ = Jars("elasticmq", "org.elasticmq:elasticmq-server_2.13:1.6.14")
KAFKA = Jars(
    "kafka",
    "org.apache.kafka:kafka_2.13:4.1.2",
    # Without it Kafka logs nothing.
    more=("org.apache.logging.log4j:log4j-slf4j-impl:2.25.3",),
)
