"""Runs the Postman collection against a service that it starts: `python -m tests.documents.postman`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from cluster.perch_process import running_perch
from tests.documents.document import DOCS
from tests.documents.programs import NODE_TOOLS

COLLECTION = DOCS / "perch.postman_collection.json"
ADMIN_TOKEN = "admin"  # noqa: S105 - of a service that ends with the run


def main(options: list[str]) -> int:
    """Hands the options on to newman and returns its exit status."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_perch(Path(folder), ADMIN_TOKEN=ADMIN_TOKEN) as perch,
    ):
        variables = {"baseUrl": perch.url, "adminToken": ADMIN_TOKEN, "skipStreams": "true"}
        settings = [option for pair in variables.items() for option in ("--env-var", "=".join(pair))]
        return subprocess.run([NODE_TOOLS / "newman", "run", COLLECTION, *settings, *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
