"""A running service holds what its document promises, for requests that Schemathesis generates from it."""

import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from tests.documents.programs import HERE
from tests.e2e.perch_process import REPOSITORY
from tests.http.service import running_service

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
KEY = "the key of these tests"
USER = "carol"
ADMIN = "the administrator's token"
JWT_KEY = "a secret of at least thirty-two bytes"
JWT_SETTINGS = {
    "AUTH_MODE": "jwt",
    "JWT_ALGORITHM": "HS256",
    "JWT_KEY": JWT_KEY,
    "JWT_AUDIENCE": "perch",
    "JWT_ISSUER": "tests",
}
NO_STREAMS = {"MAX_STREAMS": "0"}
HEADER_MODE = ["--exclude-checks=ignored_auth"]
"""This check takes it for a fault that any name in `X-User-Id` is believed. Its sequences of requests do not start with
a new tweet either, as they do with tokens, because it takes that header for the id of something to be made first."""

SEED = 20261122
MINUTES_30 = 1800


def test_the_service_does_what_the_document_says(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", SECRET_KEY=KEY, ADMIN_TOKEN=ADMIN, **NO_STREAMS) as url:
        check(url, tmp_path, SEED, "--max-examples=5", "--phases=examples,coverage,fuzzing", *HEADER_MODE)


def test_the_service_does_what_the_document_says_and_asks_for_tokens(tmp_path: Path) -> None:
    with running_service(tmp_path / "log", SECRET_KEY=KEY, **JWT_SETTINGS, **NO_STREAMS) as url:
        check(url, tmp_path, SEED, "--max-examples=10")


@pytest.mark.long
@pytest.mark.timeout(MINUTES_30)
@pytest.mark.parametrize("auth_mode", ["header", "jwt"])
def test_the_service_does_what_the_document_says_for_long(auth_mode: str, tmp_path: Path) -> None:
    settings = {"ADMIN_TOKEN": ADMIN} if auth_mode == "header" else JWT_SETTINGS
    options = HEADER_MODE if auth_mode == "header" else []
    with running_service(tmp_path / "log", SECRET_KEY=KEY, **settings, **NO_STREAMS) as url:
        check(url, tmp_path, random.randrange(1 << 32), "--max-examples=300", *options)


def check(url: str, folder: Path, seed: int, *options: str) -> None:
    """Runs Schemathesis; what it prints on a failure has the seed and a curl command."""
    command = [str(SCHEMATHESIS), f"--config-file={HERE / 'schemathesis.toml'}", "run", f"{url}/openapi.json"]
    access = {"ACCESS_USER": USER, "ACCESS_ADMIN": ADMIN, "ACCESS_TOKEN": token(), "PYTHONPATH": str(REPOSITORY)}
    run = subprocess.run(
        [*command, f"--seed={seed}", "--no-color", *options],
        cwd=folder,
        env={**os.environ, **access},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def token() -> str:
    expires = datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": USER, "aud": "perch", "iss": "tests", "exp": expires, "scope": "admin"}
    return jwt.encode(claims, JWT_KEY, "HS256")
