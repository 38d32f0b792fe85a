"""A running service conforms to its OpenAPI document, for requests that Schemathesis generates from it."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY, running_perch
from tests.documents.programs import HERE
from tests.http.tokens import HS256, shared

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
USER = "carol"
ADMIN = "the administrator's token"
NO_STREAMS = {"MAX_STREAMS": "0"}
HEADER_MODE = ["--exclude-checks=ignored_auth"]
"""This check reports it as a fault that any name in `X-User-Id` is accepted. In header mode request sequences do not
start with a new tweet either, because Schemathesis takes that header for the id of a resource to create first."""

SEED = 20261122
MINUTES_30 = 1800


def test_the_service_conforms_to_the_document(tmp_path: Path) -> None:
    with running_perch(tmp_path, ADMIN_TOKEN=ADMIN, **NO_STREAMS) as perch:
        check(perch.url, tmp_path, SEED, "--max-examples=5", "--phases=examples,coverage,fuzzing", *HEADER_MODE)


def test_the_service_conforms_to_the_document_in_jwt_mode(tmp_path: Path) -> None:
    with running_perch(tmp_path, **HS256, **NO_STREAMS) as perch:
        check(perch.url, tmp_path, SEED, "--max-examples=10")


@pytest.mark.long
@pytest.mark.timeout(MINUTES_30)
@pytest.mark.parametrize("auth_mode", ["header", "jwt"])
def test_the_service_conforms_to_the_document_in_a_long_run(auth_mode: str, tmp_path: Path) -> None:
    settings = {"ADMIN_TOKEN": ADMIN} if auth_mode == "header" else HS256
    options = HEADER_MODE if auth_mode == "header" else []
    with running_perch(tmp_path, **settings, **NO_STREAMS) as perch:
        check(perch.url, tmp_path, random.randrange(1 << 32), "--max-examples=300", *options)


def check(url: str, folder: Path, seed: int, *options: str) -> None:
    """Runs Schemathesis; what it prints on a failure has the seed and a curl command."""
    command = [str(SCHEMATHESIS), f"--config-file={HERE / 'schemathesis.toml'}", "run", f"{url}/openapi.json"]
    token = shared(sub=USER, scope="admin")
    access = {"ACCESS_USER": USER, "ACCESS_ADMIN": ADMIN, "ACCESS_TOKEN": token, "PYTHONPATH": str(REPOSITORY)}
    run = subprocess.run(
        [*command, f"--seed={seed}", "--no-color", *options],
        cwd=folder,
        env={**os.environ, **access},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
